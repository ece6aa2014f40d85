import { expect, it } from 'vitest';
import { HashDurationEstimate } from './hash-duration-estimate.js';

it('expects 45 ms at cost 10 and twice that with each step', () => {
  expect(new HashDurationEstimate(10).estimateSeconds(1, 1)).toBeCloseTo(0.045);
  expect(new HashDurationEstimate(12).estimateSeconds(11, 1)).toBeCloseTo(1.98);
  expect(new HashDurationEstimate(12).estimateSeconds(11, 2)).toBeCloseTo(0.99);
});

it('follows measurements', () => {
  const pace = new HashDurationEstimate(10);
  for (let n = 0; n < 50; n++) pace.addSample(200);
  expect(pace.estimateSeconds(1, 1)).toBeCloseTo(0.2, 2);
});

it('caps a measured duration of an hour at two seconds', () => {
  const pace = new HashDurationEstimate(10);
  pace.addSample(3_600_000);
  expect(pace.estimateSeconds(1, 1)).toBeLessThan(0.25);
});
