import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';

/**
 * The files of all projects evenly mixed, instead of one project after the other: integration tests wait for brokers while
 * black-box tests use the processors. Within a project as usual.
 */
export default class MixedSequencer extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const total = new Map<string, number>();
    for (const file of sorted) total.set(placeOf(file), (total.get(placeOf(file)) ?? 0) + 1);
    const seen = new Map<string, number>();
    const share = (file: TestSpecification): number => {
      const nth = seen.get(placeOf(file)) ?? 0;
      seen.set(placeOf(file), nth + 1);
      return nth / (total.get(placeOf(file)) ?? 1);
    };
    return sorted
      .map((file) => ({ file, group: groupOf(file), share: share(file) }))
      .sort((a, b) => a.group - b.group || a.share - b.share)
      .map(({ file }) => file);
  }
}

const placeOf = ({ project }: TestSpecification): string => project.name;
/** Those that share their modules come behind, in a run of their own. */
const groupOf = ({ project }: TestSpecification): number =>
  2 * project.config.sequence.groupOrder + (project.config.isolate ? 0 : 1);
