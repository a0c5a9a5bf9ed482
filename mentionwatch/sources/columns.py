"""What exporters call their columns: data, no code.

Names are compared as ``column`` writes them, so that "Review Text", "review_text" and "reviewText" are one, and so are
"Évaluation" and "evaluation".  A value inside another has a path with points.  A new exporter's name is one word here.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_NOT_NAME = re.compile(r"[\W_]+")
_ACCENTS = re.compile("[\u0300-\u036f]+")


@lru_cache(maxsize=5_000)
def column(name: str) -> str:
    """A name as it is compared: letters without accents and digits, lower case; points that divide it stay."""
    name = name[:200]
    if not name.isascii():
        name = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", name)))
    return ".".join(_NOT_NAME.sub("", part) for part in name.casefold().split("."))


def _names(*texts: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(column(name) for text in texts for name in text.split()))


#: Where each field of an entry is looked for, the best first.
COLUMNS: dict[str, tuple[str, ...]] = {
    "guid": _names(
        "guid reviewid commentid postid tweetid objectid recommendationid mentionid evaluationidstr evaluationid",
        "encid idstr id uuid uri messageid id.videoid",
        "bewertungsid rezensionsid kennung identifiant identificador identificativo",
    ),
    "url": _names(
        "url link permalink reviewurl reviewlink commentlink commenturl posturl postlink tweeturl weburl htmlurl",
        "pageurl sourceurl articleurl mentionurl href links.self",
        "webadresse lien enlace collegamento ligação",
    ),
    "title": _names(
        "title headline reviewtitle reviewheadline subject topictitle posttitle storytitle heading replyto.posttitle",
        "titel titre título titolo betreff überschrift objet sujet asunto oggetto onderwerp kop assunto",
    ),
    "text": _names(
        "text.full text body reviewbody reviewtext reviewcontent content review comment commentbody commenttext",
        "storytext selftext fulltext message description textoriginal textdisplay contenttext contenthtml bodyhtml",
        "cooked post posttext tweet opinion feedback buyerfeedback answer snippet excerpt caption summary hitsentence",
        # German, French, Spanish, Italian, Dutch, Portuguese.
        "rezension rezensionstext bewertungstext kundenbewertung kundenmeinung erfahrungsbericht kommentar inhalt",
        "nachricht meinung rückmeldung beitrag beschreibung bewertung",
        "avis texteavis commentaire commentaires témoignage message texte contenu évaluation",
        "reseña opinión opiniones comentario comentarios contenido mensaje texto valoración",
        "recensione opinione commento commenti contenuto messaggio testo valutazione",
        "recensie beoordelingstekst opmerking opmerkingen reactie toelichting ervaring bericht",
        "inhoud tekst beoordeling",
        "resenha opinião comentário comentários depoimento conteúdo mensagem avaliação",
        # Of surveys; elsewhere it is how many there are.
        "comments",
    ),
    "author": _names(
        "author.displayname author.name author.authorname author.username author.handle author.login author",
        "username authorname authordisplayname reviewername reviewernickname reviewer.displayname reviewer.name",
        "reviewer reviewusername consumer.displayname user.displayname user.name user.username user.screenname",
        "user.login user displayname nickname screenname handle guestdetails.username buyername customername customer",
        "creator postedby owner.displayname from.name from",
        "autor auteur autore verfasser rezensent recensore recensent",
        "benutzername nutzername benutzer nutzer nomutilisateur utilisateur pseudonyme pseudo nombredeusuario usuario",
        "nomeutente utente gebruikersnaam gebruiker nomedousuário usuário utilizador",
        "kundenname kunde kundin nomduclient nomclient nombredelcliente nomedelcliente nomedocliente cliente klantnaam",
        "klant absender schrijver name nombre nom nome naam client",
    ),
    "rating": _names(
        "rating stars starrating rating.value ratingvalue reviewrating.ratingvalue reviewrating reviewstars",
        "reviewrate reviewscore rate overallrating ratings.overall rating.overall overall score star",
        "sterne sternebewertung étoiles estrellas stelle sterren estrelas",
        "gesamtbewertung bewertung notation évaluation puntuación calificación valoración punteggio valutazione voto",
        "waardering beoordeling cijfer classificação pontuação avaliação nota note",
    ),
    "published": _names(
        "published publishedat datepublished publisheddate publisheddatetime publishedatdate publishingdate",
        "dates.publisheddate publicationdate createdat created createdatutc createtime createdtime createddate",
        "createdutc creationdate reviewcreatedutc reviewcreatedat reviewdate reviewdata reviewsubmitdateandtime",
        "reviewsubmitmillissinceepoch submissiontime submissiondate submittedat timestampcreated date datetime",
        "timestamp time at posted postedat pubdate revieweddate evaldate createdati updated updatedat updatetime",
        "locationanddate",
        "datum datumuhrzeit zeitpunkt zeitstempel erstelltam erstellungsdatum veröffentlichtam veröffentlicht",
        "bewertungsdatum datedepublication datedelavis datedecréation publiéle horodatage",
        "fecha fechayhora fechadepublicación fechadecreación publicado datadipubblicazione pubblicatoil",
        "geplaatstop gepubliceerdop aangemaaktop tijdstip datadepublicação datadecriação publicadoem datahora data",
    ),
    "language": _names(
        "language lang sprache langue idioma lingua taal text.language reviewlanguage reviewerlanguage languagecode",
        "textdetails.lang",
    ),
    "country": _names(
        "country countrycode consumer.countrycode guestdetails.countrycode buyercountry storefront",
        "land pays país paese",
    ),
    "version": _names(
        "version reviewcreatedversion appversion appversionname version.version productversion",
        "versión versione versie versão",
    ),
    "community": _names(
        "community subredditnameprefixed subreddit replyto.postsubreddit forum board channel channeltitle group",
        "groupname appname packagename productname product business.name itemreviewed.name",
        "produkt produit producto prodotto produto",
    ),
    "parent": _names("parent parentid inreplyto inreplytoid inreplytostatusid replytoid replyto.postlink"),
    "kind": _names("kind topictype type"),
}
#: Fields for which the user may name a column.
FIELDS = (*COLUMNS, "engagement")
#: Of each group the first that is there; they are added up, but for the first, which is the sum.
ENGAGEMENT: tuple[tuple[str, ...], ...] = (
    ("engagement",),
    _names(
        "likes likecount thumbsup thumbsupcount thumbs favoritecount upvotes ups points votesup votes votecount",
        "helpful helpfulcount helpfulvotes helpfulvotescount positivefeedbackcount feedback.usefulcount",
    ),
    _names("replies replycount comments commentcount numcomments totalreplycount"),
    _names("shares sharecount retweetcount repostcount"),
)
#: What somebody likes and dislikes, where a form asks for both: parts of the text.
PARTS = (
    _names(
        "pros reviewlikes likes positivetext textdetails.positivetext",
        "vorteile positives pointsforts avantages ventajas vantaggi pluspunten vantagens",
    ),
    _names(
        "cons reviewdislikes dislikes negativetext textdetails.negativetext",
        "nachteile negatives pointsfaibles inconvénients desventajas svantaggi minpunten desvantagens contras",
    ),
)
#: A text only where words stand in them; else a rating, or a number of comments.
DOUBTFUL = frozenset(COLUMNS["text"]) & {name for names in (COLUMNS["rating"], *ENGAGEMENT) for name in names}
#: How the name of a column begins that only reviews have.
OF_REVIEWS = ("review", "rezension", "bewertung", "resena", "recensi", "beoordeling", "avaliac")
#: Beside one of these, "score" is a number of votes.
VOTES = frozenset(
    _names("subreddit numcomments ups downs upvotes upvoteratio points permalink topicid replycount answercount")
)
#: Objects that only wrap a record.
TRANSPARENT = frozenset(_names("attributes data node post properties record review snippet toplevelcomment"))
#: Address of a record that has none, where what it holds tells which site it is from: what it has to have, the id last.
ADDRESSES = ((("consumer.displayname", "dates.publisheddate", "id"), "https://www.trustpilot.com/reviews/{}"),)
#: All of them: by these the header of a table is known.
KNOWN = frozenset(name for names in (*COLUMNS.values(), *PARTS) for name in names)
#: Keys under which exporters and APIs keep their records, and those that such a key may stand in.
LISTS = frozenset(
    _names(
        "comments conversations data entries hits items latestposts mentions messages posts questions records results",
        "reviews rows threads tweets value",
    )
)
WRAPPERS = frozenset(
    _names("body data feed page pageprops payload poststream props response result results search"),
)
