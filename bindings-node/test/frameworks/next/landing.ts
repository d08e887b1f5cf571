import { connectly } from "connectly-conversions/web";

export const landing = connectly();
