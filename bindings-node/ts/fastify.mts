// The CommonJS build is the one instance; this names its exports for ESM.
export * from "./fastify.js";
