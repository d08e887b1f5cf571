/** As `unsupported.mts`, for `connectly-conversions/web`. */

import "./unsupported.js";

export const connectly = undefined;
