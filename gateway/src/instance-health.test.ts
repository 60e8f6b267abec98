import { describe, expect, it } from '@jest/globals';
import { inOrderOfTrust, InstanceHealth, type Standing } from './instance-health.ts';

describe('the standing of an instance', () => {
  it('is good until something speaks against it', () => {
    expect(new InstanceHealth().standing).toBe('well');
  });

  it('falls to silent with the second unanswered question in a row, and rises with the first answer', () => {
    const health = new InstanceHealth();
    health.probed('unanswered', false);
    expect(health.standing).toBe('well');
    health.probed('well', false);
    health.probed('unanswered', false);
    expect(health.standing).toBe('well');
    health.probed('unanswered', false);
    expect(health.standing).toBe('silent');
    health.probed('well', false);
    expect(health.standing).toBe('well');
    health.probed('unanswered', false);
    expect(health.standing).toBe('well');
  });

  it('does not fall while calls are answered: then it is only slow', () => {
    const health = new InstanceHealth();
    for (let i = 0; i < 5; i++) health.probed('unanswered', true);
    expect(health.standing).toBe('well');
  });

  it('falls to refusing at once, by a probe or by a call, and rises with the first connection', () => {
    const health = new InstanceHealth();
    health.refused();
    expect(health.standing).toBe('refusing');
    health.connected();
    expect(health.standing).toBe('well');
    health.probed('refused', false);
    expect(health.standing).toBe('refusing');
    health.probed('well', false);
    expect(health.standing).toBe('well');
  });

  it('a connection proves nothing where answers are missing', () => {
    const health = new InstanceHealth();
    health.probed('unanswered', false);
    health.probed('unanswered', false);
    health.connected();
    health.refused();
    expect(health.standing).toBe('silent');
  });

  it('rises from silence with the answer to a call, and falls again when nothing more comes', () => {
    const health = new InstanceHealth();
    for (let i = 0; i < 2; i++) health.probed('unanswered', false);
    health.answered();
    expect(health.standing).toBe('well');
    health.probed('unanswered', true);
    health.probed('unanswered', false);
    expect(health.standing).toBe('well');
    health.probed('unanswered', false);
    expect(health.standing).toBe('silent');
    const leaving = new InstanceHealth();
    leaving.probed('leaving', false);
    leaving.answered();
    expect(leaving.standing).toBe('leaving');
  });

  it('follows a drain to its end', () => {
    const health = new InstanceHealth();
    health.probed('leaving', false);
    expect(health.standing).toBe('leaving');
    health.connected();
    expect(health.standing).toBe('leaving');
    health.probed('refused', false);
    expect(health.standing).toBe('refusing');
  });
});

describe('who is asked', () => {
  const all = (...standings: Standing[]) =>
    standings.map((standing, n) => ({ name: `${standing}${n}`, health: { standing } }));
  const names = (instances: readonly { name: string }[]) => instances.map(({ name }) => name);

  it('takes those that are well by turns', () => {
    const instances = all('well', 'well', 'well');
    expect(names(inOrderOfTrust(instances, 0))).toEqual(['well0', 'well1', 'well2']);
    expect(names(inOrderOfTrust(instances, 4))).toEqual(['well1', 'well2', 'well0']);
  });

  it('then those that leave, then those that refuse, and never a silent one', () => {
    const instances = all('refusing', 'silent', 'leaving', 'well');
    expect(names(inOrderOfTrust(instances, 0))).toEqual(['well3', 'leaving2', 'refusing0']);
    expect(inOrderOfTrust(all('silent', 'silent'), 1)).toEqual([]);
  });
});
