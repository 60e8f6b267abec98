import { describe, expect, it } from '@jest/globals';
import Type from 'typebox';
import { ConfigError, loadConfig } from './index.ts';

const schema = Type.Object({
  HOST: Type.String({ default: '127.0.0.1' }),
  PORT: Type.Integer({ minimum: 0, maximum: 65535 }),
  STRICT_RESPONSES: Type.Boolean({ default: false }),
  PUBLIC_URL: Type.String({ format: 'uri' }),
  LOG_LEVEL: Type.Optional(Type.Enum(['debug', 'info'])),
  TOKEN_PEPPER: Type.String({ minLength: 16 }),
});
const env = { PORT: '8080', PUBLIC_URL: 'http://localhost:8080', TOKEN_PEPPER: 'sixteen letters!' };

describe('loadConfig', () => {
  it('coerces, fills defaults and leaves out what the schema does not name', () => {
    expect(loadConfig(schema, { ...env, PATH: '/bin', STRICT_RESPONSES: '1' })).toEqual({
      HOST: '127.0.0.1',
      PORT: 8080,
      STRICT_RESPONSES: true,
      PUBLIC_URL: 'http://localhost:8080',
      TOKEN_PEPPER: 'sixteen letters!',
    });
  });

  it('is typed by its schema', () => {
    const port: number = loadConfig(schema, env).PORT;
    const level: 'debug' | 'info' | undefined = loadConfig(schema, { ...env, LOG_LEVEL: 'info' }).LOG_LEVEL;
    expect([port, level]).toEqual([8080, 'info']);
  });

  it.each([
    ['1', true],
    ['true', true],
    ['0', false],
    ['false', false],
    ['', false],
  ])('reads the switch %j as %s', (text, expected) => {
    expect(loadConfig(schema, { ...env, STRICT_RESPONSES: text }).STRICT_RESPONSES).toBe(expected);
  });

  it('leaves the environment as it was, and cannot be changed itself', () => {
    const given = Object.freeze({ ...env });
    const config = loadConfig(schema, given);
    expect(given.PORT).toBe('8080');
    expect(() => Object.assign(config, { PORT: 1 })).toThrow(TypeError);
  });

  it('reports every fault at once, by name and never by value', () => {
    const wrong = {
      PORT: 'hush-1',
      PUBLIC_URL: 'hush-2',
      TOKEN_PEPPER: 'hush-3',
      STRICT_RESPONSES: 'hush-4',
    };
    const load = () => loadConfig(schema, { ...wrong, LOG_LEVEL: 'hush-5' });
    expect(load).toThrow(ConfigError);
    let caught: unknown;
    try {
      load();
    } catch (error) {
      caught = error;
    }
    const { faults, message } = caught as ConfigError;
    expect(faults.map(({ variable }) => variable)).toEqual([
      'LOG_LEVEL',
      'PORT',
      'PUBLIC_URL',
      'STRICT_RESPONSES',
      'TOKEN_PEPPER',
    ]);
    expect(message).toContain('LOG_LEVEL must be one of debug, info');
    expect(message).not.toContain('hush');
    expect(JSON.stringify(caught)).not.toContain('hush');
  });

  it('counts an empty variable as missing', () => {
    expect(() => loadConfig(schema, { ...env, PORT: '', TOKEN_PEPPER: undefined })).toThrow(
      'Configuration is not valid:\n  PORT is missing\n  TOKEN_PEPPER is missing',
    );
  });

  it('reads families of variables by pattern', () => {
    const limits = Type.Object({}, { patternProperties: { '^LIMIT_[A-Z]+$': Type.Integer({ minimum: 1 }) } });
    const given = { LIMIT_ADMIN: '100', LIMIT_TOKEN: '300', LIMITS: '1' };
    expect(loadConfig(limits, given)).toEqual({ LIMIT_ADMIN: 100, LIMIT_TOKEN: 300 });
    expect(() => loadConfig(limits, { LIMIT_ADMIN: '0' })).toThrow('LIMIT_ADMIN must be >= 1');
  });
});
