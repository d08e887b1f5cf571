/** The package's version. It stands here too, so that nothing is read where the package is bundled. */
export const VERSION = "0.1.0";
