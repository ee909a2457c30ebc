// SPDX-License-Identifier: AGPL-3.0-or-later
// pair: which of two, side by side. A choice of two or three with a look of its own.
import { t } from '../../base/i18n.ts';
import { Choice, optionsOf, type ChoiceSpec, type Option } from '../choice/choice.ts';

export class Pair extends Choice {
  protected override get options(): Option[] {
    const { options, equal } = this.spec as ChoiceSpec & { equal?: boolean };
    return [...optionsOf(options), ...(equal ? [{ value: 'equal', label: t('pair.equal') }] : [])];
  }

  protected override build(): void {
    super.build();
    this.querySelector('.options')?.classList.add('sides');
  }
}

customElements.define('x-pair', Pair);
