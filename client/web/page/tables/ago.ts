const steps = [
  { unit: 'min', seconds: 60, below: 60 },
  { unit: 'h', seconds: 3_600, below: 24 },
  { unit: 'd', seconds: 86_400, below: 30 },
] as const;

/** How long ago, in a word or three: `just now`, `3 min ago`, or the day when it is long ago. */
export function ago(then: number, now: number): string {
  const seconds = Math.max(now - then, 0) / 1_000;
  if (seconds < 5) return 'just now';
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  const step = steps.find((one) => seconds / one.seconds < one.below);
  if (step === undefined) return new Date(then).toLocaleDateString();
  return `${Math.floor(seconds / step.seconds)} ${step.unit} ago`;
}
