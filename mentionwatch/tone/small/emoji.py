"""What emoji and emoticons say: a table of our own, made by hand.

People type them mostly for the tone: where the words are neutral, the emoji is the verdict.  A 0 is an emoji that is
known to say nothing (arrows, ticks in a list, flags of things), which is other than one that is not in the table.
"""

from __future__ import annotations

import re

# Strength -> the emoji that have it.  Skin tones and variation selectors are taken off before a look-up.
_BY_STRENGTH: dict[int, str] = {
    3: """
        😍 🥰 🤩 😻 💯 🏆 🥇 💖 💗 💝 💘 🎉
    """,
    2: """
        ❤ 🧡 💛 💚 💙 💜 🤎 🖤 🤍 💕 💞 💓 😊 😁 😃 😄 😀 😎 🤗 👍 👏 🙌 🔥 🚀 ✨ 🌟 ⭐ 🥳 🎊 😇
        👌 💪 🤌 😘 😋 🫶 🙏 🥹 👑 💎 🤝 ☺ 🙂 😌 😺 😸 🤟 🍾 🥂 🎁 ♥ 💟 💐 🌈
    """,
    1: """
        😉 😂 🤣 😹 😜 😝 😛 🤪 😅 😆 ☀ 🌹 🌸 🌺 🎂 🍀 🤙 ✌ 👊 🤞 💃 🕺 🫡 ✅ 🎶 🎵 🤠 😏 👻 ⚡
    """,
    0: """
        👉 👈 👇 👆 ➡ ⬅ ⬆ ⬇ ▶ ✔ 📌 📢 📣 🔗 📰 📷 📸 🎥 📺 📱 💻 🕐 ⏰ 📅 📈 💰 💵 👀 🤔 🙈
        🙉 🙊 🎮 🏠 🚗 ✈ 🌍 🔴 🔵 ⚪ ⚫ 🆕 🤖 🎤 ⚽ 🏀 🏈 🎧 🛒 🧵 🗓
    """,
    -1: """
        😐 😑 😶 🙃 🤷 😬 🫤 🤨 🧐 😴 😮 😯 😲 😳 ❓ ❔ ⚠ 📉 ⌛ ⏳ 🤦 🥱 🫠 💸 🚩 😪 🐌
    """,
    -2: """
        😕 🙁 ☹ 😟 😔 😞 😒 🙄 😣 😖 😫 😩 😢 😥 😓 😰 😨 😧 😦 😿 💔 👎 🤕 🤒 ❌ 🚫 🛑 🗑 🥺 🥴
        😷 ☠ 💀 🤥 ⛔ 😠 🐛 🤐
    """,
    -3: """
        😡 🤬 😤 😭 🤮 🤢 🖕 💩 🤡 👿 😱 😾 😵 👺 💢
    """,
}
#: Emoji -> strength, -3 to 3.
EMOJI: dict[str, int] = {sign: strength for strength, signs in _BY_STRENGTH.items() for sign in signs.split()}

_EMOTICONS: dict[int, str] = {
    2: ":) :-) :D :-D =) =D ^_^ <3 :] (: (-: :') :P :-P :p ;D \\o/",
    1: ";) ;-) ;P",
    -1: ":| :-| -_- ._.",
    -2: ":( :-( :'( :/ :-/ :\\ :[ >:( =( ): :S :-S </3 =/ ;(",
}
EMOTICONS: dict[str, int] = {sign: strength for strength, signs in _EMOTICONS.items() for sign in signs.split()}

#: Not inside a word, and not the end of a list in brackets: "(a, b):)" is rare, "(see 8)" is not.
EMOTICON_PATTERN = (
    r"(?<![\w:/])(?:" + "|".join(re.escape(s) for s in sorted(EMOTICONS, key=lambda s: (-len(s), s))) + r")(?![\w/])"
)
EMOJI_PATTERN = r"[\u203c\u2049\u2122\u2139\u2190-\u21ff\u231a-\u23ff\u25aa-\u27bf\u2934-\u2b55\U0001f000-\U0001faff]"
