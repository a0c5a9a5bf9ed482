"""What channels tell, in each of their languages: pure functions of a ``Message``.

* ``words``: what all of them say: headline, commands, how many.
* ``pick``: which mentions are quoted, and the counts as a sparkline.
* ``chat``: short, for phones and chats.    * ``text``: long, for a terminal and for mail.
* ``html``: long, for mail.                 * ``mail``: the whole mail, headers and both parts.
* ``data``: everything, as JSON.

Remote text is hostile: each of them makes it safe for where it goes.
"""
