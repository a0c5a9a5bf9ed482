"""Emoji and emoticons as words, since the model's pieces know words."""

from __future__ import annotations

_TABLE = {
    "laughing": "😂🤣😆😹",
    "happy": "😀😃😄😁😊☺🙂😇😺😸😋☻",
    "wink": "😉😜😏",
    "silly": "😝😛🤪🥴",
    "love": "❤♥😍🥰😘💕💖💗💓💞💘💝💜💙💚💛🧡🖤🤍🤎❣♡💟😻😚😙💌🤟💋🫶💑",
    "amazing": "🤩✨🌟⭐💫🦄",
    "great": "👍👌🔥💯💪🏆🥇🆒🤙👑💎🚀😎",
    "celebrate": "🎉🥳🎊🍾🎈🙌💃🕺",
    "applause": "👏",
    "thanks": "🙏🤗🤝",
    "cool": "🤘🤠✌",
    "correct": "✅✔☑",
    "lucky": "🤞🍀",
    "relief": "😌😅",
    "crying": "😭😢😿😥🥺💧",
    "sad": "😞😔☹🙁😟😓😣😖🥲😕💔😪",
    "tired": "😩😫🥱😴💤",
    "angry": "😡😠🤬😤👿😾💢😈🖕",
    "disgusting": "🤮🤢💩🤧",
    "bad": "👎❌🚫⛔🚩☠💀🗑🥀",
    "wrong": "✖❎",
    "annoyed": "🙄😒😑😐😬🤨🫤🫠",
    "facepalm": "🤦",
    "shrug": "🤷",
    "confused": "🤔🧐😵❓❔⁉",
    "stupid": "🤡🤥🐍",
    "scared": "😱😨😰😧😦🙀😳",
    "wow": "😮😯😲🤯❗❕‼",
    "warning": "⚠🚨🆘",
    "sick": "🤒🤕😷🥵🥶",
    "money": "💰💸🤑💵💲",
    "look": "👀👇👉➡👆⬇📌",
    "news": "📢📣📰🗞🔔",
    "music": "🎶🎵♪♫🎧",
    "waiting": "⏳⌛⏰🕐",
    "slow": "🐌🐢🦥",
    "broken": "🧱💥🔨",
    "up": "📈⬆",
    "down": "📉",
}
#: One character, one word; what follows it (skin, gender, joiners) is left out.
EMOJI = {char: word for word, chars in _TABLE.items() for char in chars}

_FACES = {
    "happy": ":) :-) :] (: (-: =) ^_^ ^^ :') :-] c:",
    "laughing": ":D :-D =D xD XD x-D X-D",
    "wink": ";) ;-) ;D ;] ;-D",
    "silly": ":P :-P :p :-p =P ;P",
    "love": "<3",
    "sad": ":( :-( :[ ): )-: =( :c :-[",
    "broken": "</3",
    "crying": ":'( T_T ;_; :'-(",
    "annoyed": ":/ :-/ :\\ :-\\ =/ -_- :| :-|",
    "angry": ">:( >:-( D:< >:[",
    "shrug": "¯\\_(ツ)_/¯",
    "wow": ":O :-O :o :-o o_O O_o",
}
#: Emoticons, each with its word.
FACES = {face: word for word, faces in _FACES.items() for face in faces.split()}
