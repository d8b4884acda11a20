/** What the checks of one suite come to, given the exceptions that are made for it. */

/**
 * @param checks `{name, passed, detail}`, in the order they ran
 * @param exceptions `{check, reason}`, the check by its name
 * @param minimum checks; a suite that stops early has not passed
 * @returns the checks that passed, were excepted and failed; a stale exception and a missing check have failed
 */
export function judge(checks, exceptions, minimum) {
  const named = nameApart(checks);
  const reasons = new Map(exceptions.map(({ check, reason }) => [check, reason]));
  const wrong = named.filter(({ passed }) => !passed);
  const excepted = wrong.filter(({ name }) => reasons.has(name));
  return {
    passed: named.filter(({ passed }) => passed),
    excepted: excepted.map((check) => ({ ...check, reason: reasons.get(check.name) })),
    failed: [
      ...wrong.filter(({ name }) => !reasons.has(name)),
      ...stale(exceptions, excepted),
      ...missing(named, minimum),
    ],
  };
}

/** The second of a name is called so: an exception is for one check. */
function nameApart(checks) {
  const seen = new Map();
  return checks.map((check) => {
    const times = (seen.get(check.name) ?? 0) + 1;
    seen.set(check.name, times);
    return times === 1 ? check : { ...check, name: `${check.name} (${times})` };
  });
}

function stale(exceptions, excepted) {
  const met = new Set(excepted.map(({ name }) => name));
  return exceptions
    .filter(({ check }) => !met.has(check))
    .map(({ check }) => ({ name: check, passed: false, detail: 'passes, or is gone: remove its exception' }));
}

function missing(checks, minimum) {
  if (checks.length >= minimum) return [];
  return [{ name: 'the suite as a whole', passed: false, detail: `ran ${checks.length} checks, not ${minimum}` }];
}
