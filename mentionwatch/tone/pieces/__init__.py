"""Texts as networks read them: word pieces, the parts of a long text, emoji as words."""
