// What the static library must do when it is linked into a program: give a text, refuse a cookie.
#include <stdio.h>
#include <string.h>

#include "CConnectlyFFI.h"

static const char COOKIE[] = "not a cookie of ours";

int main(void) {
    RustCallStatus status = {0};
    RustBuffer name = uniffi_connectly_ffi_fn_func_cookie_name(&status);
    if (status.code != 0 || name.len != 13 || memcmp(name.data, "cnct_tracking", 13) != 0) {
        fputs("the cookie's name is wrong\n", stderr);
        return 1;
    }
    ffi_connectly_ffi_rustbuffer_free(name, &status);
    ForeignBytes bytes = {sizeof COOKIE - 1, (const uint8_t *)COOKIE};
    RustBuffer cookie = ffi_connectly_ffi_rustbuffer_from_bytes(bytes, &status);
    uniffi_connectly_ffi_fn_func_tracking_of_cookie(cookie, &status);
    if (status.code != 1) {
        fprintf(stderr, "a wrong cookie gave %d instead of an error\n", status.code);
        return 1;
    }
    puts("the static library works");
    return 0;
}
