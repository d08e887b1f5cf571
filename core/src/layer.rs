//! A layer of tower, which remembers visits in axum and in whatever else takes such layers.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http::header::{CACHE_CONTROL, COOKIE, HOST, HeaderName, SET_COOKIE, USER_AGENT};
use http::request::Parts;
use http::{HeaderValue, Request, Response};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::landing::{Landing, Visit, VisitCount, VisitRequest};

/// What matters of a request, as `VisitRequest::headers` says.
static HEADERS: [HeaderName; 7] = [
    COOKIE,
    HOST,
    USER_AGENT,
    HeaderName::from_static("sec-purpose"),
    HeaderName::from_static("purpose"),
    HeaderName::from_static("x-purpose"),
    HeaderName::from_static("x-moz"),
];

type Consent = dyn Fn(&Parts) -> bool + Send + Sync;
type OnVisit = dyn Fn(&Visit) + Send + Sync;

/// Hands each request to a [`Landing`], and adds to its response what the visit says. It never
/// breaks a page, whatever a visitor sends.
///
/// The request's extensions have the [`Visit`] afterwards; in axum a handler takes it as
/// `Extension(visit): Extension<Visit>`, and `visit.params()` are the visitor's. A visit that
/// cannot be used is logged, without its values.
///
/// ```
/// use connectly_conversions::{Landing, LandingLayer};
///
/// let layer = LandingLayer::new(Landing::new())
///     .consent(|request| request.headers.get("cookie").is_some_and(|all| all == "consent=yes"))
///     .on_visit(|visit| println!("{}", visit.count().as_str()));
/// // Router::new().route("/", get(home)).layer(layer)
/// ```
#[derive(Clone)]
pub struct LandingLayer {
    site: Arc<Site>,
}

#[derive(Clone)]
struct Site {
    landing: Landing,
    consent: Option<Arc<Consent>>,
    on_visit: Option<Arc<OnVisit>>,
}

impl LandingLayer {
    /// A layer with this landing.
    #[must_use]
    pub fn new(landing: Landing) -> Self {
        Self { site: Arc::new(Site { landing, consent: None, on_visit: None }) }
    }

    /// Is asked whether the visitor has agreed to be tracked; everybody has unless given.
    #[must_use]
    pub fn consent(self, ask: impl Fn(&Parts) -> bool + Send + Sync + 'static) -> Self {
        self.with(|site| site.consent = Some(Arc::new(ask)))
    }

    /// Is told of each visit that is Connectly's, such as for a counter.
    #[must_use]
    pub fn on_visit(self, told: impl Fn(&Visit) + Send + Sync + 'static) -> Self {
        self.with(|site| site.on_visit = Some(Arc::new(told)))
    }

    fn with(self, change: impl FnOnce(&mut Site)) -> Self {
        let mut site = Arc::unwrap_or_clone(self.site);
        change(&mut site);
        Self { site: Arc::new(site) }
    }
}

impl Site {
    fn visit(&self, request: &Parts) -> Visit {
        let headers = HEADERS.iter().flat_map(|name| {
            let values = request.headers.get_all(name).iter();
            values.map(move |value| (name, String::from_utf8_lossy(value.as_bytes())))
        });
        let asked = VisitRequest::new(request.method.as_str(), request.uri.to_string())
            .headers(headers)
            .consent(self.consent.as_ref().is_none_or(|ask| ask(request)));
        let visit = self.landing.visit(&asked);
        if !matches!(visit.count(), VisitCount::None | VisitCount::Skipped) {
            if !visit.issues().is_empty() {
                let problems =
                    visit.issues().iter().map(|it| format!("{}: {}", it.path(), it.code()));
                let problems = problems.collect::<Vec<_>>().join(", ");
                tracing::warn!(count = visit.count().as_str(), problems, "a visit cannot be used");
            }
            if let Some(told) = &self.on_visit {
                told(&visit);
            }
        }
        visit
    }
}

impl fmt::Debug for LandingLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LandingLayer").field("landing", &self.site.landing).finish_non_exhaustive()
    }
}

impl<S> Layer<S> for LandingLayer {
    type Service = LandingService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        LandingService { inner, layer: self.clone() }
    }
}

/// What [`LandingLayer`] makes of a service.
#[derive(Debug, Clone)]
pub struct LandingService<S> {
    inner: S,
    layer: LandingLayer,
}

impl<S, B, R> Service<Request<B>> for LandingService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = LandingFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (mut parts, body) = request.into_parts();
        let visit = self.layer.site.visit(&parts);
        let cookies = visit.cookies().iter().filter_map(|text| HeaderValue::from_str(text).ok());
        let cookies = cookies.collect();
        parts.extensions.insert(visit);
        LandingFuture { answer: self.inner.call(Request::from_parts(parts, body)), cookies }
    }
}

pin_project! {
    /// The response of a [`LandingService`].
    #[derive(Debug)]
    pub struct LandingFuture<F> {
        #[pin]
        answer: F,
        cookies: Vec<HeaderValue>,
    }
}

impl<F, R, E> Future for LandingFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut answer = ready!(this.answer.poll(context));
        if let Ok(response) = &mut answer
            && !this.cookies.is_empty()
        {
            let headers = response.headers_mut();
            // A cache would hand the cookies to others.
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
            for cookie in this.cookies.drain(..) {
                headers.append(SET_COOKIE, cookie);
            }
        }
        Poll::Ready(answer)
    }
}
