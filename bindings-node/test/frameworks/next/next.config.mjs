export default { serverExternalPackages: ["connectly-conversions"] };
