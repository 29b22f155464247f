import type { BrowserContextOptions, Locator } from 'playwright-core';
import { screenshot } from './screenshot.js';
import type { OpenPage, TestBrowser } from './use-browser.js';

/** The page of the example, as a user sees it. */
export class ChatPage {
  private constructor(readonly page: OpenPage) {}

  /** @param profile of a new browser, or the page that this is another tab of */
  static async open(
    browser: TestBrowser,
    http: string,
    profile?: BrowserContextOptions | ChatPage,
  ): Promise<ChatPage> {
    const beside = profile instanceof ChatPage ? profile.page : profile;
    const page = await browser.visit(`${http}/`, beside);
    // Before the test's own time is up, so that it is told what was waited for.
    page.setDefaultTimeout(15_000);
    return new ChatPage(page);
  }

  async signIn(uid: string, device: string): Promise<this> {
    await this.page.getByLabel('Your name (uid)').fill(uid);
    return this.enter(device);
  }

  async signInWith(token: string, device: string): Promise<this> {
    await this.page.getByLabel('Your token').fill(token);
    return this.enter(device);
  }

  async write(to: string, text: string): Promise<void> {
    await this.page.getByRole('radio', { name: 'People' }).check();
    await this.page.getByRole('textbox', { name: /^Names/ }).fill(to);
    await this.say(text);
  }

  async writeToGroup(group: string, text: string): Promise<void> {
    await this.page.getByRole('radio', { name: 'Group' }).check();
    await this.page.getByRole('textbox', { name: 'Name of a group' }).last().fill(group);
    await this.say(text);
  }

  async writeToAll(text: string): Promise<void> {
    await this.page.getByRole('radio', { name: 'Everyone' }).check();
    await this.say(text);
  }

  async askToApprove(uid: string, question: string): Promise<void> {
    await this.page.getByRole('radio', { name: 'People' }).check();
    await this.page.getByRole('textbox', { name: /^Names/ }).fill(uid);
    await this.page.getByRole('textbox', { name: 'Message' }).fill(question);
    await this.press('Ask to approve');
  }

  async addPerson(uid: string): Promise<void> {
    const people = this.page.getByRole('region', { name: 'People' });
    await people.getByRole('textbox').fill(uid);
    await people.getByRole('button', { name: 'Add' }).click();
  }

  async knows(uid: string, presence: 'online' | 'away'): Promise<void> {
    const name = `Write to ${uid}, ${presence}`;
    await this.page.getByRole('button', { name, exact: true }).waitFor();
  }

  async join(group: string): Promise<void> {
    const groups = this.page.getByRole('region', { name: 'Groups' });
    await groups.getByRole('textbox').fill(group);
    await groups.getByRole('button', { name: 'Join' }).click();
    await groups.getByRole('button', { name: `Write to group ${group}` }).waitFor();
  }

  press(button: string): Promise<void> {
    return this.page.getByRole('button', { name: button }).click();
  }

  /** Resolves when there is a message or a note in which all of these stand. */
  async shows(...texts: string[]): Promise<void> {
    await this.rowWith(...texts).waitFor();
  }

  rowWith(...texts: string[]): Locator {
    const rows = this.page.getByRole('log').getByRole('listitem');
    return texts.reduce((found, text) => found.filter({ hasText: text }), rows);
  }

  texts(): Promise<string[]> {
    return this.page.locator('.row .text').allTextContents();
  }

  async isConnected(): Promise<void> {
    await this.page.getByRole('status').filter({ hasText: 'Connected' }).waitFor();
  }

  async isCutOff(): Promise<void> {
    await this.page.getByRole('status').filter({ hasText: 'Cut off' }).waitFor();
  }

  screenshot(name: string): Promise<void> {
    return screenshot(this.page, name);
  }

  private async enter(device: string): Promise<this> {
    await this.page.getByLabel('This device').fill(device);
    await this.press('Sign in');
    return this;
  }

  private async say(text: string): Promise<void> {
    await this.page.getByRole('textbox', { name: 'Message' }).fill(text);
    await this.press('Send');
  }
}
