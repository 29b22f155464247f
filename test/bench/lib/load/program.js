/** The load of one server, to be started as a process of its own. */
export const LOAD = new URL('./main.js', import.meta.url);
