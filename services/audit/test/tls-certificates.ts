import 'reflect-metadata';
import {
  BasicConstraintsExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { webcrypto } from 'node:crypto';

/** What a TLS server needs, and what those who trust it need. */
export interface TlsCertificates {
  readonly key: string;
  readonly cert: string;
  /** Of an authority that nobody else knows. */
  readonly ca: string;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 86_400_000;

/** Made anew for each test: no key lies in the repository. */
export async function createTlsCertificates(
  ...names: { type: 'dns' | 'ip'; value: string }[]
): Promise<TlsCertificates> {
  const [authority, server] = [await keyPair(), await keyPair()];
  const lasting = { notBefore: new Date(Date.now() - dayMs), notAfter: new Date(Date.now() + dayMs) };
  const ca = await X509CertificateGenerator.createSelfSigned({
    ...{ ...lasting, serialNumber: '01', name: 'CN=An authority of the test', signingAlgorithm: algorithm },
    keys: authority,
    extensions: [new BasicConstraintsExtension(true, 1, true)],
  });
  const cert = await X509CertificateGenerator.create({
    ...{
      ...lasting,
      serialNumber: '02',
      subject: 'CN=a receiver',
      issuer: ca.subject,
      signingAlgorithm: algorithm,
    },
    publicKey: server.publicKey,
    signingKey: authority.privateKey,
    extensions: [new SubjectAlternativeNameExtension(names)],
  });
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', server.privateKey);
  return {
    key: PemConverter.encode(pkcs8, 'PRIVATE KEY'),
    cert: cert.toString('pem'),
    ca: ca.toString('pem'),
  };
}

const keyPair = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
