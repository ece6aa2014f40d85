import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { BACKENDS, EMBEDDED, SERVICES } from '../registration/backends.js';
import { useHall } from '../registration/hall.js';
import { newcomer } from '../registration/people.js';
import { BEHIND_A_PROXY, from } from './from.js';

describe.each(BACKENDS)('messages to one identifier, on $name', (backend) => {
  const hall = useHall(backend, {
    ...BEHIND_A_PROXY,
    LIMIT_SENDS_PER_SOURCE_MINUTE: '1',
    LIMIT_SENDS_PER_IDENTIFIER: '2',
  });

  it('are so many per source: register answers the same and sends nothing', async () => {
    const owner = newcomer();
    await hall.receive(String(owner.email), () => hall.register(owner, from('192.0.2.1')));
    const again = await hall.register({ ...owner, password: 'another password' }, from('192.0.2.1'));
    expect(again.status).toBe(201);
    expect(again.json).toMatchObject({ codeLength: 4, codeExpiresIn: 60, resendAfter: 60, expiresIn: 1800 });
    await hall.quiet();
    expect(await hall.house.messagesTo(String(owner.email))).toHaveLength(1);
  });

  it('cannot be used up for the owner by another source, but for the day', async () => {
    const owner = newcomer();
    for (const n of [1, 2]) {
      await hall.receive(String(owner.email), () =>
        hall.register({ ...owner, password: `a good password ${n}` }, from(`192.0.2.${n}`)),
      );
    }
    const third = await hall.register({ ...owner, password: 'a good password 3' }, from('192.0.2.3'));
    expect(third.status).toBe(201);
    await hall.quiet();
    expect(await hall.house.messagesTo(String(owner.email))).toHaveLength(2);
  });
});

describe('SMS of everybody', () => {
  const hall = useHall(EMBEDDED, { LIMIT_SMS_PER_DAY: '1' });

  it('are so many a day, then phone numbers are refused for a while', async () => {
    expect((await hall.register({ phone: '+12024561111', password: 'a good password' })).status).toBe(201);
    const refused = await hall.register({ phone: '+12024561414', password: 'a good password' });
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(60);
    expect((await hall.register(newcomer())).status).toBe(201);
  });
});

describe.each(BACKENDS)('live attempts of everybody, on $name', (backend) => {
  const hall = useHall(backend, { LIMIT_LIVE_ATTEMPTS: '2' });

  it('are bounded: beyond it nothing is taken in', async () => {
    for (let n = 0; n < 2; n++) expect((await hall.register(newcomer())).status).toBe(201);
    await sleep(300);
    const refused = await hall.register(newcomer());
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).not.toBeNull();
  });
});

describe('messages that wait too long', () => {
  const hall = useHall(SERVICES, { LIMIT_MESSAGE_BACKLOG_SECONDS: '1' });

  it('stop the intake until they have gone out', async () => {
    hall.services.mail.behave({ delayMs: 4_000 }, 60);
    for (let n = 0; n < 60; n++) await hall.register(newcomer());
    await sleep(2_500);
    const refused = await hall.register(newcomer());
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).not.toBeNull();
    hall.services.mail.behave({}, 0);
    let status = 503;
    for (let n = 0; n < 60 && status === 503; n++) {
      await sleep(500);
      status = (await hall.register(newcomer())).status;
    }
    expect(status).toBe(201);
  }, 90_000);
});
