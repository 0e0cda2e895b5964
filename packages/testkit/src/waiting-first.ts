import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Lives in real time, minutes of it: begun last, it would keep the run waiting for it alone. */
const waits = /\/test\/end-to-end\/readme\.test\.ts$/;

/** Begins with the file that waits longest; the order of the others is vitest's. */
export class WaitingFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [
      ...sorted.filter(({ moduleId }) => waits.test(moduleId)),
      ...sorted.filter(({ moduleId }) => !waits.test(moduleId)),
    ];
  }
}
