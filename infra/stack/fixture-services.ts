import { services } from './services.ts';

/** The suite's own table with a stand-in for every process: engines, databases and supervision are real. */
export const fixtureServices = {
  services: services.map((service) => ({ ...service, folder: 'infra/stack/fixture-service' })),
  gatewayFolder: 'infra/stack/fixture-service',
};
