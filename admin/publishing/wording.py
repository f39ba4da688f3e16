"""What the preview and try-it call things: in words of somebody who works at a counter."""

from __future__ import annotations

from collections.abc import Mapping

from admin.publishing.replay import Kind, Source
from bot.intents import Decision

SENTENCES: Mapping[str, str] = {
    Kind.LOST: "{who}に、答えられなくなります。",
    Kind.SWITCHED: "{who}が、別の項目の答えに変わります。",
    Kind.DOUBTED: "{who}に、すぐ答えず、聞き返すようになります。",
    Kind.GIVEN_UP: "{who}に、候補を出せなくなります。",
    Kind.NEW: "{who}に、新しく答えられるようになります。",
    Kind.REFERRED: "{who}で、案内する窓口が変わります。",
    Kind.ASKED_BACK: "{who}に、候補を出して聞き返すようになります。",
    Kind.OPTIONS: "{who}で、聞き返すときの候補が変わります。",
    Kind.TEXT: "{who}で、同じ項目の答えの文が変わります。",
}
LABELS: Mapping[str, str] = {
    Kind.LOST: "答えなくなる",
    Kind.SWITCHED: "別の答えになる",
    Kind.DOUBTED: "聞き返しになる",
    Kind.GIVEN_UP: "候補が出なくなる",
    Kind.NEW: "新しく答える",
    Kind.REFERRED: "窓口の案内が変わる",
    Kind.ASKED_BACK: "候補が出る",
    Kind.OPTIONS: "候補が変わる",
    Kind.TEXT: "文が変わる",
}
SOURCES: Mapping[str, str] = {
    Source.ASKED: "市民の質問",
    Source.PHRASING: "登録した聞き方",
    Source.PINNED: "守る質問",
}
DECISIONS: Mapping[str, str] = {
    Decision.ANSWER: "答える",
    Decision.ASK: "聞き返す",
    Decision.FALLBACK: "答えられない",
}
REFERRED = "窓口を案内する"
"""Not answered, but it is known whom to ask."""
REASONS: Mapping[str, str] = {
    "exact": "登録した聞き方と同じ言葉です。",
    "danger": "命や安全にかかわる言葉がありました。",
    "follow-up": "直前の話題の続きとして読みました。",
    "one word, several meanings": "一つの言葉で、いくつかの意味があります。",
    "confident": "一番近い項目の確かさが、答える基準をこえました。",
    "several possible": "正しい項目が候補の中にありそうですが、一つに決められません。",
    "nothing close": "近い項目がありません。",
    "not answered here": "ここでは答えない用件と読みました。",
    "asks for a class": "日時や場所から、教室さがしと読みました。",
    "life event": "引っ越しや出産などの手続きをまとめて聞いています。",
}
FEATURES: Mapping[str, tuple[str, str]] = {
    "phrasing": ("近い聞き方", "一番近い聞き方と、どれだけ言葉が重なるか"),
    "title": ("項目の質問", "項目の質問の文と、どれだけ言葉が重なるか"),
    "coverage": ("言葉の有無", "聞かれた言葉のうち、その項目のどれかの聞き方にあるもの"),
    "typical": ("言葉の多さ", "聞かれた言葉が、その項目の聞き方の多くにあるか"),
    "sound": ("近い音", "かなで読んだとき、一番近い聞き方とどれだけ重なるか"),
    "sound_coverage": ("音の有無", "聞かれた音のうち、その項目の聞き方にあるもの"),
    "sound_typical": ("音の多さ", "聞かれた音が、その項目の聞き方の多くにあるか"),
    "text": ("質問と答えの文", "質問と答えの文に、聞かれた言葉がどれだけあるか"),
    "reach": ("めずらしい言葉", "めずらしい言葉ほど重く見て、質問と答えの文にあるか"),
    "situation": ("場面", "カードの場面（なくした・更新など）が合えば 1、ちがえば −1"),
    "meaning": ("文の意味", "文全体の意味の近さ"),
    "share": ("一番の割合", "全候補の見込みのうち、一番の候補の分"),
    "top3": ("上位三つの割合", "全候補の見込みのうち、上位三つの分"),
    "lead": ("二番との差", "二番目の候補をどれだけ引きはなしているか"),
    "outside": ("よその用件", "ここで答えない用件の見込み"),
    "unknown": ("知らない言葉", "聞かれた言葉のうち、どの項目にもないもの"),
    "missing": ("欠けた言葉", "一番の候補にない言葉の、めずらしさ"),
    "words": ("言葉の数", "聞かれた言葉の数（8 語で 1）"),
    "foreign": ("外国語", "日本語以外なら 1"),
    "elsewhere": ("よその言葉", "聞かれた言葉のうち、ここで答えない用件にあるもの"),
    "alien": ("合わない一語", "一番の候補にない、よその用件の言葉の強さ"),
    "owner": ("よその持ち主", "銀行やパスポートなど、市のものではない言葉があれば 1"),
    "unasked": ("聞き方にない言葉", "聞かれた言葉のうち、一番の候補の聞き方にないもの"),
    "rival_sound": ("よその用件の音", "ここで答えない用件のほうが、どれだけ音が近いか"),
    "acts": ("頼みごと", "かわりにしてほしいという頼みなら 1"),
}


def known_feature(name: str) -> tuple[str, str]:
    """The name of a feature and what it says; a new one by its own name."""
    return FEATURES.get(name, (name, ""))


def people_counted(people: int, times: int, phrasings: int, pinned: int) -> str:
    """「12 人（20 回）の質問」; without any citizen, how many phrasings or pinned questions."""
    if people:
        return f"{people:,} 人（{times:,} 回）の質問"
    if times:
        return f"{times:,} 回の質問"
    return f"登録した聞き方 {phrasings:,} 件" if phrasings else f"守る質問 {pinned:,} 件"


def sentence(total: Mapping[str, int | str]) -> str:
    """What a total says to somebody at the counter."""
    counts = (int(total[name]) for name in ("people", "times", "phrasings", "pinned"))
    return SENTENCES[str(total["kind"])].format(who=people_counted(*counts))
