/**
 * Marks of states: told apart by shape, so that no state rests on colour alone.
 * Filled parts use `currentColor`; every mark fits the 24 × 24 box of the icons.
 */
const FILL = 'fill="currentColor" stroke="none"';

export const MARKS: Readonly<Record<string, string>> = {
  "mark-open": '<circle cx="12" cy="12" r="7.5" stroke-width="2.5"/>',
  "mark-half": `<circle cx="12" cy="12" r="7.5" stroke-width="2.5"/><path d="M12 4.5a7.5 7.5 0 0 1 0 15z" ${FILL}/>`,
  "mark-full": `<circle cx="12" cy="12" r="8.5" ${FILL}/>`,
  "mark-done": `<circle cx="12" cy="12" r="9.5" ${FILL}/><path d="M7.5 12.4l3 3 6-6.4" stroke="var(--qs-cut, #fff)" stroke-width="2.5"/>`,
  "mark-back": '<path d="M9 7l-5 5 5 5M4 12h11a5 5 0 0 1 0 10" transform="translate(0 -3)" stroke-width="2.5"/>',
  "mark-diamond": `<path d="M12 2.5L21.5 12 12 21.5 2.5 12z" ${FILL}/>`,
  "mark-square": '<rect x="4.5" y="4.5" width="15" height="15" rx="1" stroke-width="2.5"/>',
  "mark-squares": `<rect x="4.5" y="4.5" width="15" height="15" rx="1" stroke-width="2.5"/><rect x="9" y="9" width="6" height="6" ${FILL}/>`,
  "mark-triangle": '<path d="M12 4.5l9 15.5H3z" stroke-width="2.5"/>',
  "mark-dash": `<circle cx="12" cy="12" r="7.5" stroke-width="2.5"/><path d="M8.5 12h7" stroke-width="2.5"/>`,
  "mark-cross": '<path d="M6 6l12 12M18 6L6 18" stroke-width="3"/>',
  "mark-lock": `<rect x="5" y="11" width="14" height="9" rx="1" ${FILL}/><path d="M8 11V8a4 4 0 0 1 8 0v3" stroke-width="2.5"/>`,
  "mark-hills": `<path d="M1.5 19.5L9 6l4.2 7.3L15.5 10l7 9.5z" ${FILL}/>`,
};
