//! Writes the Swift file, the header and the module map from the built library.

fn main() {
    uniffi::uniffi_bindgen_main();
}
