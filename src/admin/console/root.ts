/** Where in the document the console is. */
// index.html has it.
export const ROOT = document.getElementById('console') as HTMLElement;
