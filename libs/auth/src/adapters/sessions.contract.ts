import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { NewSession, SessionLookup, Sessions, Subjects } from '../application/ports.js';
import { Subject } from '../domain/subject.js';

export interface SessionsUnderTest {
  readonly sessions: Sessions;
  /** On the same store. */
  readonly subjects: Subjects;
  /** The clock of the process. */
  readonly now: () => Date;
  /** Advances the time. */
  pass(milliseconds: number): Promise<void>;
  /** Number of audit entries about the target. */
  lines(target: string): Promise<number>;
  drop(): Promise<void>;
}

const HOUR = 3_600_000;
const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');
const PERSON = { roles: ['customer'], credential: null, market: 'BR', locale: 'pt-BR' } as const;

/** Contract of every `Sessions`. */
export function sessionsContract(name: string, open: () => Promise<SessionsUnderTest>): void {
  describe(`${name} implements Sessions`, () => {
    let under: SessionsUnderTest;
    let sessions: Sessions;
    let customerId: string;
    let id: string;
    beforeAll(async () => {
      under = await open();
      ({ sessions } = under);
    });
    afterAll(() => under.drop());
    beforeEach(async () => {
      customerId = randomUUID();
      await under.subjects.add(Subject.enrol({ ...PERSON, customerId }), hashOf(randomUUID()));
      id = await begin();
    });

    async function begin(changes: Partial<NewSession> = {}): Promise<string> {
      const sid = randomUUID();
      const born = { generation: 0, currentHash: hashOf('t0'), scope: 'customer', source: '2001:db8::/64' };
      await sessions.createSession({ id: sid, customerId, lifeMs: HOUR, ...born, ...changes });
      return sid;
    }
    const found = async (sid = id): Promise<SessionLookup> => {
      const one = await sessions.findById(sid);
      if (!one) throw new Error('there is no such session');
      return one;
    };
    const rotate = (turn: number, sid = id) =>
      sessions.rotateToken(sid, { turn, hash: hashOf(`t${turn}`) }, hashOf(`t${turn + 1}`), HOUR, line());
    const line = () => ({
      action: 'auth.refresh.succeeded',
      actor: customerId,
      target: customerId,
      source: '192.0.2.7',
    });

    it('finds no unknown session', async () => {
      expect(await sessions.findById(randomUUID())).toBeNull();
    });

    it('keeps createdAt of a session after a rotation [AC-70]', async () => {
      const now = under.now();
      const sid = await begin();
      expect((await found(sid)).session.createdAt).toEqual(now);
      await rotate(0, sid);
      await under.pass(1_000);
      expect((await found(sid)).session.createdAt).toEqual(now);
    });

    it('finds a session with all its properties and its subject', async () => {
      const { session, subject, now } = await found();
      expect(session).toMatchObject({
        id,
        customerId,
        generation: 0,
        turn: 0,
        currentHash: hashOf('t0'),
        previousHash: null,
        revoked: false,
        scope: 'customer',
        source: '2001:db8::/64',
      });
      expect(session.expiresAt - session.rotatedAt).toBeGreaterThanOrEqual(HOUR);
      expect(session.expiresAt - session.rotatedAt).toBeLessThan(HOUR + 1_000);
      expect(now - session.rotatedAt).toBeLessThan(5_000);
      expect(subject.snapshot()).toMatchObject({ customerId, ...PERSON });
    });

    it('rotates a token to its child and extends the session', async () => {
      await under.pass(HOUR / 2);
      expect(await rotate(0)).toBe(true);
      const { session, now } = await found();
      expect(session).toMatchObject({ turn: 1, currentHash: hashOf('t1'), previousHash: hashOf('t0') });
      expect(now - session.rotatedAt).toBeLessThan(5_000);
      expect(session.expiresAt - now).toBeGreaterThan(HOUR - 5_000);
    });

    it('rotates a token once, and rejects a used token, another turn or another hash [INV-05]', async () => {
      expect(await rotate(0)).toBe(true);
      expect(await rotate(0)).toBe(false);
      expect(await sessions.rotateToken(id, { turn: 1, hash: hashOf('x') }, hashOf('y'), HOUR, line())).toBe(false);
      expect(await sessions.rotateToken(id, { turn: 2, hash: hashOf('t1') }, hashOf('y'), HOUR, line())).toBe(false);
      expect((await found()).session).toMatchObject({ turn: 1, currentHash: hashOf('t1') });
    });

    it('rotates once for twenty concurrent calls [RC-05]', async () => {
      const gone = await Promise.all(Array.from({ length: 20 }, () => rotate(0)));
      expect(gone.filter(Boolean)).toHaveLength(1);
      expect(await under.lines(customerId)).toBe(1);
    });

    it('measures the age of a session by one clock', async () => {
      await under.pass(10_000);
      const { session, now } = await found();
      expect(now - session.rotatedAt).toBeGreaterThanOrEqual(10_000);
      await under.pass(HOUR);
      const later = await found();
      expect(later.session.expiresAt).toBeLessThan(later.now);
    });

    it('records one refusal per interval under concurrency [AC-69]', async () => {
      const record = (everyMs = HOUR) => sessions.recordRefusal(id, everyMs, line());
      expect(await found()).toMatchObject({ refusalRecordedAt: 0, repeatRecordedTurn: -1 });
      const recorded = await Promise.all(Array.from({ length: 10 }, () => record()));
      expect(recorded.filter(Boolean)).toHaveLength(1);
      const { refusalRecordedAt, now } = await found();
      expect(now - refusalRecordedAt).toBeLessThan(5_000);
      expect([await record(), await record(0), await under.lines(customerId)]).toEqual([false, true, 2]);
      expect(await sessions.recordRefusal(randomUUID(), HOUR, line())).toBe(false);
      expect(await under.lines(customerId)).toBe(2);
    });

    it('records one repeat per turn, and none of another turn [AC-69]', async () => {
      const record = (turn: number) => sessions.recordRepeat(id, turn, line());
      await rotate(0);
      const recorded = await Promise.all(Array.from({ length: 10 }, () => record(1)));
      expect(recorded.filter(Boolean)).toHaveLength(1);
      expect((await found()).repeatRecordedTurn).toBe(1);
      expect([await record(0), await record(2), await record(1)]).toEqual([false, false, false]);
      await rotate(1);
      expect([await record(2), await record(2)]).toEqual([true, false]);
      expect(await under.lines(customerId)).toBe(4);
    });

    it('ends a session once, and rotates no token of an ended session', async () => {
      expect(await sessions.endSession(id)).toBe(true);
      expect(await sessions.endSession(id)).toBe(false);
      expect(await sessions.endSession(randomUUID())).toBe(false);
      expect(await rotate(0)).toBe(false);
      expect((await found()).session.revoked).toBe(true);
    });

    it('ends a session during a concurrent rotation [RC-06]', async () => {
      await Promise.all([rotate(0), sessions.endSession(id), rotate(0), sessions.endSession(id)]);
      expect((await found()).session.revoked).toBe(true);
      expect(await rotate(0)).toBe(false);
      expect(await rotate(1)).toBe(false);
    });

    it('ends all sessions of a customer, and no other', async () => {
      const second = await begin();
      const [mine, whose] = [customerId, id];
      customerId = randomUUID();
      await under.subjects.add(Subject.enrol({ ...PERSON, customerId }), hashOf(randomUUID()));
      const another = await begin();
      await sessions.endAllByCustomer(mine, null, 1);
      expect([(await found(whose)).session.revoked, (await found(second)).session.revoked]).toEqual([true, true]);
      expect((await found(another)).session).toMatchObject({ revoked: false, generation: 0 });
    });

    it('ends all sessions but one, and moves that one to the new generation', async () => {
      const kept = await begin();
      await sessions.endAllByCustomer(customerId, kept, 7);
      expect((await found()).session).toMatchObject({ revoked: true });
      expect((await found(kept)).session).toMatchObject({ revoked: false, generation: 7 });
      expect(await rotate(0, kept)).toBe(true);
    });

    it('does not change a kept session of another customer', async () => {
      await sessions.endAllByCustomer(randomUUID(), id, 7);
      expect((await found()).session).toMatchObject({ revoked: false, generation: 0 });
    });

    it('returns the current subject', async () => {
      await under.subjects.incrementGeneration(customerId);
      expect((await found()).subject.snapshot().generation).toBe(1);
    });
  });
}
