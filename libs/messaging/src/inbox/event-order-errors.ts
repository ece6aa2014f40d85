import { AlreadyHandled } from '#kernel';

/** A later event of its aggregate was handled before: its effect would put something older in the place of something newer. */
export class StaleEventError extends AlreadyHandled {}

/** An earlier event of its aggregate is missing. */
export class SequenceGapError extends Error {}
