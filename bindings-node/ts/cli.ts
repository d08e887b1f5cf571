#!/usr/bin/env node
/** The `connectly` command: the core's, whatever the package that brought it. */

import { native } from "./native.js";

process.exitCode = native.runCli(["connectly", ...process.argv.slice(2)]);
