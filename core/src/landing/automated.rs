//! Requests that no visitor made: pages loaded ahead, and previews of links.

use super::visit_request::VisitRequest;

/// What the headers `Sec-Purpose`, `Purpose`, `X-Purpose` and `X-Moz` call a page that is loaded
/// ahead of a visit.
///
/// Sources: Fetch standard and MDN, `Sec-Purpose` (`prefetch`, `prefetch;prerender`); Chromium,
/// `Purpose: prefetch`; Firefox before 115, `X-Moz: prefetch`; Safari's Top Sites,
/// `X-Purpose: preview`; older Chrome, `X-Purpose: instant`.
const AHEAD: [&str; 4] = ["prefetch", "prerender", "preview", "instant"];

/// Agents that fetch a page to preview its link, by a word of their user agent in lower case.
///
/// Sources: the page beside each, and where there is none, user agents recorded in
/// `monperrus/crawler-user-agents` (July 2026). An in-app browser must not be among them, since its
/// visitor is a customer: `TelegramBot` is here and `Telegram-Android` is not. Some apps borrow a
/// name of this list and need no line: Apple Messages, LINE, `KakaoTalk` (`facebookexternalhit`).
const PREVIEWS: [&str; 17] = [
    "facebookexternalhit", // developers.facebook.com/docs/sharing/webmasters/web-crawlers
    "meta-external",       // the same: -ads, -agent, -fetcher
    "facebot",             // developers.facebook.com/docs/sharing/best-practices
    "twitterbot",          // dev.twitter.com/cards/getting-started
    "slackbot",            // api.slack.com/robots: Slackbot-LinkExpanding
    "slack-imgproxy",      // the same
    "telegrambot",         // TelegramBot (like TwitterBot)
    "linkedinbot",         // LinkedInBot/1.0
    "discordbot",          // Discordbot/2.0
    "skypeuripreview",     // SkypeUriPreview Preview/0.5: Skype, Microsoft Teams
    "microsoftpreview",    // aka.ms/MicrosoftPreview
    "pinterest.com/bot",   // pinterest.com/bot.html
    "redditbot",           // redditbot/1.0
    "vkshare",             // vk.com/dev/Share
    "snap url preview",    // developers.snap.com/robots
    "snapurlpreview",      // business.snapchat.com/legal/snapchat-automated-crawler
    "blueskypreviewbot",   // docs.bsky.app
];

/// Agents of previews whose name alone could also stand in an in-app browser's user agent, which
/// begins with `Mozilla`: `WhatsApp/2.23.20.0 A` is a preview, `Mozilla/5.0 … WhatsApp/2.23` is a
/// visitor.
const PREVIEWS_BY_START: [&str; 2] = ["whatsapp", "viber"];

impl VisitRequest {
    pub(super) fn is_prefetch(&self) -> bool {
        let mut words = self.purposes.iter().flat_map(|value| value.split([';', ',']));
        words.any(|word| AHEAD.iter().any(|known| word.trim().eq_ignore_ascii_case(known)))
    }

    pub(super) fn is_link_preview(&self) -> bool {
        let agent = self.user_agent.trim_start().to_ascii_lowercase();
        PREVIEWS_BY_START.iter().any(|word| agent.starts_with(word))
            || PREVIEWS.iter().any(|word| agent.contains(word))
    }
}
