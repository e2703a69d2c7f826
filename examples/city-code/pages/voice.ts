/** What the page says aloud (语音播报), where the device can, and only when it was switched on. */
const SETTING = 'voice';

export class Voice {
  static readonly isThere = (): boolean => 'speechSynthesis' in window;

  get isOn(): boolean {
    return Voice.isThere() && localStorage.getItem(SETTING) === 'on';
  }

  set isOn(on: boolean) {
    localStorage.setItem(SETTING, on ? 'on' : 'off');
    if (!on) speechSynthesis.cancel();
  }

  say(chinese: string): void {
    if (!this.isOn) return;
    speechSynthesis.cancel();
    const spoken = new SpeechSynthesisUtterance(chinese);
    spoken.lang = 'zh-CN';
    // A little slower than usual: for people who hear with difficulty.
    spoken.rate = 0.9;
    speechSynthesis.speak(spoken);
  }
}
