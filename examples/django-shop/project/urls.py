"""The shop's addresses."""

from connectly_conversions.django.views import health
from django.contrib import admin
from django.contrib.staticfiles.urls import staticfiles_urlpatterns
from django.urls import path

from shop import office, views

urlpatterns = [
    path("", views.landing, name="landing"),
    path("cart", views.add_to_cart, name="add_to_cart"),
    path("cart/<str:token>", views.cart, name="cart"),
    path("checkout", views.checkout, name="checkout"),
    path("bank/<str:number>", views.bank, name="bank"),
    path("thanks/<str:number>", views.thanks, name="thanks"),
    path("webhook/payment", office.payment, name="payment"),
    path("orders/<str:number>", office.order, name="order"),
    path("orders/<str:number>/delivered", office.delivered, name="delivered"),
    path("orders/<str:number>/returned", office.returned, name="returned"),
    path("health", health, name="health"),
    path("admin/", admin.site.urls),
]

urlpatterns += staticfiles_urlpatterns()  # while DEBUG; else the web server has them
