import { serve } from '@pcft/service';
import { compose, service } from './compose.ts';
import { readConfig } from './config.ts';

await serve(service, readConfig, compose);
