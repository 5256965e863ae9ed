import type { Calibration, CalibrationState } from "../judge/calibration.ts";
import type { MetricInfo, TrialCall } from "../run/records.ts";
import { type Lock, lockKey } from "./lock.ts";

/** The lock with a calibration, in the place of what was known of the same judge. */
export function putCalibration(lock: Lock, calibration: Calibration): Lock {
  const { task, rubric, target } = calibration;
  const ofTask = { ...lock.judges[task], [`${lockKey(rubric)} ${target}`]: calibration };
  return { ...lock, judges: { ...lock.judges, [task]: ofTask } };
}

/**
 * What is known of a judge as it judges now.
 *
 * @param calls - Some that it has made: they tell its target and its model
 */
export function calibrationState(
  lock: Lock,
  { name, judge }: MetricInfo,
  calls: readonly Pick<TrialCall, "target" | "model">[],
): CalibrationState {
  const ofTask = Object.values(lock.judges[judge?.task ?? ""] ?? {});
  const known = ofTask.filter(({ rubric }) => rubric === judge?.rubric);
  const [first] = known;
  if (first === undefined) return otherRubric(ofTask.findLast(({ metric }) => metric === name));
  for (const { target, model } of calls) {
    const calibration = known.find((one) => one.target === target);
    if (calibration === undefined) {
      const why = `it was calibrated with ${first.target}, and ${target} judges now`;
      return { kind: "stale", calibration: first, why };
    }
    if (model !== null && calibration.model !== null && model !== calibration.model) {
      const why = `it was calibrated with the version ${calibration.model}, and ${model} judges now`;
      return { kind: "stale", calibration, why };
    }
  }
  return { kind: "calibrated", calibration: known.find(isOf(calls)) ?? first };
}

function otherRubric(calibration: Calibration | undefined): CalibrationState {
  if (calibration === undefined) return { kind: "missing" };
  const why = `it was calibrated on ${calibration.at} with another rubric, or other instructions`;
  return { kind: "stale", calibration, why };
}

function isOf([call]: readonly Pick<TrialCall, "target">[]) {
  return ({ target }: Calibration): boolean => target === call?.target;
}
