/** Configuration from the environment: one schema, one frozen object, all faults at once. */
export { loadConfig, type Environment } from './load-config.ts';
export { ConfigError, type ConfigFault } from './config-error.ts';
