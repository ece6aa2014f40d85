import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { BACKENDS, EMBEDDED, SERVICES } from '../../support/backends.js';
import { forwardedFor, TRUSTED_PROXY_SETTINGS } from '../../support/forwarded-for.js';
import { newRegistration } from '../../support/registration-fixtures.js';
import { useTestApp } from '../../support/test-app.js';

describe.each(BACKENDS)('messages to one identifier, on $name', (backend) => {
  const app = useTestApp(backend, {
    ...TRUSTED_PROXY_SETTINGS,
    LIMIT_SENDS_PER_SOURCE_MINUTE: '1',
    LIMIT_SENDS_PER_IDENTIFIER: '2',
  });

  it('are so many per source: register answers the same and sends nothing', async () => {
    const owner = newRegistration();
    await app.captureMessage(String(owner.email), () => app.register(owner, forwardedFor('192.0.2.1')));
    const again = await app.register({ ...owner, password: 'another password' }, forwardedFor('192.0.2.1'));
    expect(again.status).toBe(201);
    expect(again.json).toMatchObject({ codeLength: 4, codeExpiresIn: 60, resendAfter: 60, expiresIn: 1800 });
    await app.waitForQueuedMessages();
    expect(await app.instance.listMessagesTo(String(owner.email))).toHaveLength(1);
  });

  it('cannot be used up for the owner by another source, but for the day', async () => {
    const owner = newRegistration();
    for (const n of [1, 2]) {
      await app.captureMessage(String(owner.email), () =>
        app.register({ ...owner, password: `a good password ${n}` }, forwardedFor(`192.0.2.${n}`)),
      );
    }
    const third = await app.register({ ...owner, password: 'a good password 3' }, forwardedFor('192.0.2.3'));
    expect(third.status).toBe(201);
    await app.waitForQueuedMessages();
    expect(await app.instance.listMessagesTo(String(owner.email))).toHaveLength(2);
  });
});

describe('SMS of everybody', () => {
  const app = useTestApp(EMBEDDED, { LIMIT_SMS_PER_DAY: '1' });

  it('are so many a day, then phone numbers are refused for a while', async () => {
    expect((await app.register({ phone: '+12024561111', password: 'a good password' })).status).toBe(201);
    const refused = await app.register({ phone: '+12024561414', password: 'a good password' });
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(60);
    expect((await app.register(newRegistration())).status).toBe(201);
  });
});

describe.each(BACKENDS)('live attempts of everybody, on $name', (backend) => {
  const app = useTestApp(backend, { LIMIT_LIVE_ATTEMPTS: '2' });

  it('are bounded: beyond it nothing is taken in', async () => {
    for (let n = 0; n < 2; n++) expect((await app.register(newRegistration())).status).toBe(201);
    await sleep(300);
    const refused = await app.register(newRegistration());
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).not.toBeNull();
  });
});

describe('messages that wait too long', () => {
  const app = useTestApp(SERVICES, { LIMIT_MESSAGE_BACKLOG_SECONDS: '1' });

  it('stop the intake until they have gone out', async () => {
    app.services.mail.setBehaviour({ delayMs: 4_000 }, 60);
    for (let n = 0; n < 60; n++) await app.register(newRegistration());
    await sleep(2_500);
    const refused = await app.register(newRegistration());
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).not.toBeNull();
    app.services.mail.setBehaviour({}, 0);
    let status = 503;
    for (let n = 0; n < 60 && status === 503; n++) {
      await sleep(500);
      status = (await app.register(newRegistration())).status;
    }
    expect(status).toBe(201);
  }, 90_000);
});
