import { beforeEach, describe, expect, it } from 'vitest';
import { InvalidInput } from '#kernel';
import { SETTINGS } from '../../testing/registration-settings.js';
import { AcceptVerification } from '../commands/accept-verification.js';
import { type VerificationOutcome, VerificationOutcomeRecorder } from '../ports.js';
import { CustomerVerifiedSubscriber } from './customer-verified.js';

const ATTEMPT = '01a1f980-a046-7b15-bf24-a3c1814caf24';
const AT = '2026-03-01T12:00:00.000Z';

class RecordingJournal extends VerificationOutcomeRecorder {
  readonly notes: string[] = [];

  override recordOutcome(outcome: VerificationOutcome, masked: string): void {
    this.notes.push(`${outcome} ${masked}`);
  }
}

describe('CustomerVerifiedSubscriber', () => {
  let ran: AcceptVerification[];
  let journal: RecordingJournal;
  let subscriber: CustomerVerifiedSubscriber;

  beforeEach(() => {
    [ran, journal] = [[], new RecordingJournal()];
    const bus = {
      execute: async (command: unknown) => {
        ran.push(command as AcceptVerification);
        return 'admitted' as never;
      },
    };
    subscriber = new CustomerVerifiedSubscriber(bus, SETTINGS, journal);
  });

  it.each([
    [
      { email: 'Mia@Example.org', verifiedAt: AT },
      { attemptId: null, identifier: { canonical: 'mia@example.org' } },
    ],
    [
      { phone: '(415) 555-2671', attemptId: ATTEMPT, verifiedAt: '2026-03-01T13:00:00+01:00', unknown: 1 },
      { attemptId: ATTEMPT, identifier: { canonical: '+14155552671' } },
    ],
    [{ phone: '+14155552671', attemptId: null, verifiedAt: AT }, { attemptId: null }],
  ])('parses %j', (data, read) => {
    expect(subscriber.read(data)).toMatchObject({ ...read, verifiedAt: new Date(AT) });
  });

  it.each([
    ['', {}],
    ['', { email: 'mia@example.org', phone: '+14155552671', verifiedAt: AT }],
    ['/email', { email: 7, verifiedAt: AT }],
    ['/phone', { phone: '911', verifiedAt: AT }],
    ['/attemptId', { email: 'mia@example.org', attemptId: 'x', verifiedAt: AT }],
    ['/attemptId', { email: 'mia@example.org', attemptId: 7, verifiedAt: AT }],
    ['/verifiedAt', { email: 'mia@example.org' }],
    ['/verifiedAt', { email: 'mia@example.org', verifiedAt: 1_772_366_400_000 }],
    ['/verifiedAt', { email: 'mia@example.org', verifiedAt: '2026-03-01' }],
    ['/verifiedAt', { email: 'mia@example.org', verifiedAt: '2026-03-01T12:00:00' }],
    ['/verifiedAt', { email: 'mia@example.org', verifiedAt: '2026-13-01T12:00:00Z' }],
  ])('rejects, at %j, %j', (pointer, data) => {
    let refusal: unknown;
    try {
      subscriber.read(data);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(InvalidInput);
    expect((refusal as InvalidInput).faults.map((fault) => fault.pointer)).toEqual([pointer]);
  });

  it('runs the command and records its outcome without the identifier', async () => {
    const from = { consumer: subscriber.name, ordered: false, source: '/elsewhere', type: 'customer.verified.v1' };
    const data = subscriber.read({ email: 'mia@example.org', verifiedAt: AT });
    const event = { ...from, id: 'e1', subject: null, sequence: null, data };
    await subscriber.handle(event);
    expect(ran).toEqual([new AcceptVerification(data, event)]);
    expect(journal.notes).toEqual(['admitted m•••@e•••.org']);
  });
});
