import { expect, it } from 'vitest';
import { HashPace } from './hash-pace.js';

it('expects 45 ms at cost 10 and twice that with each step', () => {
  expect(new HashPace(10).seconds(1, 1)).toBeCloseTo(0.045);
  expect(new HashPace(12).seconds(11, 1)).toBeCloseTo(1.98);
  expect(new HashPace(12).seconds(11, 2)).toBeCloseTo(0.99);
});

it('follows what is measured', () => {
  const pace = new HashPace(10);
  for (let n = 0; n < 50; n++) pace.measured(200);
  expect(pace.seconds(1, 1)).toBeCloseTo(0.2, 2);
});

it('takes a hash that slept for an hour for one of two seconds', () => {
  const pace = new HashPace(10);
  pace.measured(3_600_000);
  expect(pace.seconds(1, 1)).toBeLessThan(0.25);
});
