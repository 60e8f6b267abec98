export {
  base64Key,
  introspectionEnvironment,
  serviceEnvironment,
  type ServiceEnvironment,
} from './service-environment.ts';
export { createServiceFrame, type ServiceFrame } from './service-frame.ts';
export { serve, type ServiceParts } from './serve.ts';
export { passwordEnvironment, passwordHashCost } from './password-environment.ts';
export { observePasswordWork } from './password-metrics.ts';
