/**
 * The suite's manifests for `kubectl apply -f -`:
 * `node infra/kubernetes/print-manifests.ts <image> <public URL> [namespace]`.
 */
import { stringify } from 'yaml';
import { services } from '../stack/services.ts';
import { suiteManifests } from './suite-manifests.ts';

const [image, publicUrl, namespace = 'productcraft'] = process.argv.slice(2);
if (image === undefined || publicUrl === undefined) {
  console.error('usage: node infra/kubernetes/print-manifests.ts <image> <public URL> [namespace]');
  process.exit(2);
}
const manifests = suiteManifests(services, { image, publicUrl, namespace });
console.log(manifests.map((manifest) => stringify(manifest, { aliasDuplicateObjects: false })).join('---\n'));
