/**
 * Keeps the focus where somebody is. Browsers give it to nobody when its element is removed or disabled, e.g. a button by
 * its own action: whoever uses a keyboard or a screen reader would begin at the top again.
 */
import { useEffect } from 'preact/hooks';
import { ROOT } from '../root.ts';

/** Whatever takes the place of an element is in the same one of these. */
const PLACE = '.buttons, label';
const FOCUSABLE = 'button:not(:disabled), input:not(:disabled)';
/** Of the page. */
const HEADING = 'h1[tabindex]';

interface Held {
  readonly element: HTMLElement;
  readonly place: Element | null;
}

export function useKeptFocus(): void {
  useEffect(() => {
    let held: Held | undefined;
    const onFocus = ({ target }: FocusEvent): void => {
      held = target instanceof HTMLElement ? { element: target, place: target.closest(PLACE) } : undefined;
    };
    // Whoever clicks beside everything wants the focus nowhere.
    const onPointer = ({ target }: PointerEvent): void => {
      if (!(target instanceof Node && held?.element.contains(target))) held = undefined;
    };
    const observer = new MutationObserver(() => {
      // No jump for eyes: the page stays where it is scrolled to.
      if (held && isLost()) heirOf(held)?.focus({ preventScroll: true });
    });
    document.addEventListener('focusin', onFocus);
    document.addEventListener('pointerdown', onPointer);
    observer.observe(ROOT, { subtree: true, childList: true, attributes: true, attributeFilter: ['disabled'] });
    return () => {
      observer.disconnect();
      document.removeEventListener('focusin', onFocus);
      document.removeEventListener('pointerdown', onPointer);
    };
  }, []);
}

/** A button that has just been disabled has it until the browser draws. */
const isLost = (): boolean => {
  const active = document.activeElement;
  return active === null || active === document.body || active.matches(':disabled');
};

/** @returns undefined while everything is disabled that could be it: an action is under way */
function heirOf({ element, place }: Held): HTMLElement | undefined {
  if (element.isConnected && !element.matches(':disabled')) return element;
  const near = place?.isConnected ? [...place.querySelectorAll<HTMLElement>('button, input')].filter(isDrawn) : [];
  const heir = near.find((one) => one.matches(FOCUSABLE));
  if (heir || element.isConnected || near.length > 0) return heir;
  return document.querySelector<HTMLElement>(HEADING) ?? undefined;
}

const isDrawn = (element: Element): boolean => element.getClientRects().length > 0;
