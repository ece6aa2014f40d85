import { AlreadyHandled } from '#kernel';

/** A later event of the aggregate is already handled. Handling this one would overwrite newer state with older state. */
export class StaleEventError extends AlreadyHandled {}

/** An earlier event of the aggregate is missing. */
export class SequenceGapError extends Error {}
