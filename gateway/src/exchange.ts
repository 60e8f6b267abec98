import { dialectForPath } from '@pcft/contracts';
import type { Route } from '@pcft/contracts';
import type { Dialect } from '@pcft/errors';
import type { LimitVerdict } from '@pcft/limits';
import type { NextFunction, Request, Response } from 'express';
import type { ClientRequest } from 'node:http';

/** What the gateway knows about one request; it lives in `response.locals`. */
export interface Exchange {
  requestId: string;
  /** The caller, as far as this gateway can vouch for it. */
  clientAddress: string;
  /** The request target without its query. Not to be trusted before refuse-ambiguous has passed it. */
  path: string;
  /** Set where it is not simply that of the path; see `dialectOf`. */
  dialect?: Dialect;
  startedAtMs: number;
  route?: Route;
  /** The edge limit's verdict; for answers of the gateway itself, the services send their own. */
  limit?: LimitVerdict;
  /** The attempt at an upstream that is under way. */
  attempt?: ClientRequest;
  retried?: boolean;
}

/** In which dialect the gateway itself answers. */
export function dialectOf({ dialect, path }: Exchange): Dialect {
  return dialect ?? dialectForPath(path);
}

export type GatewayResponse = Response<unknown, Exchange>;

/** One step of the way through the gateway. */
export type Step = (request: Request, response: GatewayResponse, next: NextFunction) => void | Promise<void>;
