/** The header in which a service of the suite proves itself to another. The gateway strips it from outside calls. */
export const serviceTokenHeader = 'x-service-token';

/** The header in which a service passes on who asked it: the caller's address, believed beside a service token only. */
export const onBehalfOfHeader = 'x-service-on-behalf-of';

/** Headers of a call from one service to another. */
export function serviceHeaders(serviceToken: string): Record<string, string> {
  return { [serviceTokenHeader]: serviceToken };
}
