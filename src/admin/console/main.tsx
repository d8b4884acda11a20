/** Where the console begins in the browser. */
import { render } from 'preact';
import { App } from './app.tsx';
import { ROOT } from './root.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/parts.css';
import './styles/shell.css';

render(<App />, ROOT);
