// SPDX-License-Identifier: AGPL-3.0-or-later
// What this place is, and the two ways in.
import { t } from '../base/i18n.ts';
import { site } from '../base/site.ts';
import { Button } from '../ui/button.tsx';
import { Page } from '../ui/page.tsx';

export function Home() {
  const up = site.value.sign_up;
  return (
    <Page title={t('home.title')} lead={t('home.lead', { name: site.value.name })}>
      <div class="pair">
        <section class="panel stack">
          <h2>{t('home.worker.title')}</h2>
          <p class="note">{t('home.worker.text')}</p>
          {up && <Button kind="primary" href="/sign-up?role=worker">{t('home.worker.act')}</Button>}
        </section>
        <section class="panel stack">
          <h2>{t('home.requester.title')}</h2>
          <p class="note">{t('home.requester.text')}</p>
          {up && <Button href="/sign-up?role=requester">{t('home.requester.act')}</Button>}
        </section>
      </div>
      <p class="home-in">{t('home.in')} <a href="/sign-in">{t('nav.sign-in')}</a></p>
    </Page>
  );
}
