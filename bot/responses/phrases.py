"""The sentences that the service itself says. A person wrote each of them; none is put together from words."""

from __future__ import annotations

from collections.abc import Mapping

from bot.responses.foreign_phrases import FOREIGN

_PHRASES: Mapping[str, Mapping[str, str]] = {
    "ja": {
        "source": "出典",
        "as_of": "{date}時点",
        "ask": "どれについて知りたいですか？\n近いものを選んでください。",
        "which_situation": "カードのことですね。近いものを選んでください。",
        "situation_new": "新しく作る",
        "situation_waiting": "届くのを待っている",
        "situation_collect": "受け取る",
        "situation_renew": "更新・期限",
        "situation_lost": "なくした・見つけた",
        "situation_pin": "暗証番号",
        "situation_moving": "引っ越し",
        "situation_name": "名前が変わった",
        "situation_proxy": "代わりの人・来られない",
        "situation_child": "子どものカード",
        "situation_foreign": "在留カードのある人",
        "situation_use": "使い道",
        "situation_worry": "安全・心配なこと",
        "none_of_these": "この中にない",
        "fallback": "申し訳ありません。その質問の答えは、まだ用意していません。\n{counter}でご案内します。",
        "fallback_recorded": "いただいた質問は、個人の情報を消してから職員が確認します。",
        "elsewhere": "「{matter}」のことは、ここでは答えられません。\n{counter}に聞いてください。",
        "elsewhere_nobody": "「{matter}」には、ここでは答えられません。\n"
        "マイナンバーカード・オンライン手続・スマホ教室のことを聞いてください。",
        "not_among": "近い答えがなく、申し訳ありません。\n{counter}でご案内します。",
        "counter_only": "{counter}でご案内します。",
        "open_now": "今は受付中です（{time}まで）。",
        "closed_now": "今は閉まっています。\n次は {when}からです。",
        "day_time": "{day}{time}",
        "month_day": "{month}月{day}日（{weekday}）",
        "today": "今日 ",
        "hour_minute": "{hour}時{minute}分",
        "hour": "{hour}時",
        "weekdays": "月 火 水 木 金 土 日",
        "call": "{name}に電話",
        "website": "市のホームページ",
        "event_moving": "引っ越し",
        "event_birth": "出産",
        "event_marriage": "結婚",
        "event_condolence": "おくやみ",
        "event_work": "就職・退職",
        "event_care": "介護",
        "event_disaster": "災害",
        "event_heading": "{event}のときの手続",
        "event_body": "ここで分かる手続は {count}件です。ほかにもあるかもしれません。\n"
        "{city}の窓口でも、まとめて聞けます。",
        "procedure_everywhere": "ネットで出せます",
        "procedure_some_cities": "ネットで出せる市があります",
        "procedure_no": "窓口などで行います",
        "procedure_unknown": "ネットで出せるかは、市に確かめてください",
        "procedure_entrance": "入口",
        "procedure_needs": "要るもの",
        "procedure_planned": "（計画）",
        "frequent": "よくある質問",
        "frequent_heading": "よくある質問",
        "pick_question": "知りたいことを選んでください。",
        "more_questions": "ほかの質問を見る",
        "asked_again": "同じことを何度も聞いてくださっています。\n"
        "お役に立てず申し訳ありません。{counter}の職員がお話をうかがえます。",
        "human": "職員に相談",
        "menu": "できること",
        "solved": "解決した",
        "not_solved": "解決しなかった",
        "thanks_solved": "お役に立ててよかったです。\nほかにも知りたいことがあれば、文で送ってください。",
        "why_not": "教えてくださり、ありがとうございます。\nどこがよくなかったですか？",
        "why_wrong": "違う答えだった",
        "why_hard": "むずかしい",
        "why_old": "情報が古い",
        "why_more": "もっと知りたい",
        "thanks_why": "ありがとうございます。職員が答えを直します。\nお急ぎのときは、{counter}へお問い合わせください。",
        "my_number": "個人番号（マイナンバー）は、ここに送らないでください。\n"
        "届いた番号は消しました。保存していません。",
        "personal": "電話番号や住所などの個人の情報は、ここに送らないでください。\n届いた情報は消してから読みました。",
        "follow": "友だち追加ありがとうございます。\n"
        "{city}の、マイナンバーカード・オンライン手続・スマホ教室の質問に答えます。\n"
        "聞きたいことを、ふだんの言葉で送ってください。",
        "follow_privacy": "質問の文は、個人の情報を消して1年保存します。お名前やLINEのIDは保存しません。"
        "やめるときは、この友だちをブロックしてください。",
        "only_text": "申し訳ありません。{kind}は読めません。\n聞きたいことを、短い文で送ってください。",
        "japanese_only": "この答えは日本語だけです。",
        "too_long": "長い文は、はじめの部分だけを読みました。",
        "empty": "聞きたいことを、短い文で送ってください。\n例：「カードをなくした」",
        "style_set": "わかりました。次から、この見え方で答えます。\n"
        "もどすときは「ふつうの字で」「日本語」と送ってください。",
        "example_1": "カードをなくした",
        "example_2": "スマホ教室はいつ",
        "example_3": "家でできる手続",
        "class_when": "{start}〜{end}",
        "class_from": "{start}から",
        "class_place": "場所: {place}",
        "class_content": "内容: {content}",
        "class_free": "費用: 無料",
        "class_fee": "費用: {fee}円",
        "class_seats": "定員: {seats}人",
        "class_apply": "申し込み: {apply}",
        "class_until": "申し込みは {day}まで",
        "class_closed": "申し込みは終わりました",
        "class_contact": "問い合わせ: {contact}",
        "class_cancelled": "この回は中止になりました。",
        "class_cancelled_mark": "【中止】",
        "class_sample": "見本です。実際の教室ではありません。",
        "map": "地図を見る",
        "telephone": "電話する",
        "to_calendar": "カレンダーに入れる",
        "details": "くわしく見る",
        "classes_found": "スマホ教室が {count}件あります。",
        "classes_more": "ほかに {count}件あります。曜日や場所を入れて聞くと、しぼれます。\n例：「土日のスマホ教室」",
        "classes_next": "お尋ねに合う教室は、見つかりませんでした。\nこれからの教室は、次のとおりです。\n"
        "くわしいことは、{counter}に聞いてください。",
        "classes_source": "{city}のスマホ教室の一覧",
        "narrow": "{when}のスマホ教室",
        "narrow_by": "今週 来週 今月 土日",
        "nearby": "送ってくださった場所から近い順です。",
        "nearby_nothing": "近くの場所をお探しですね。\n申し訳ありません。{city}の場所は、まだ地図に入っていません。\n"
        "{counter}でご案内します。",
        "distance": "ここから {distance}",
        "kilometres": "約{number} km",
        "metres": "約{number} m",
        "place_address": "住所: {address}",
        "place_hours": "時間: {hours}",
        "place_as_of": "{day}時点の情報です。",
        "place_counter": "窓口",
        "place_terminal": "端末",
        "place_wifi": "Wi-Fi",
        "place_class": "教室の会場",
        "place_facility": "施設",
        "sticker": "スタンプ",
        "image": "写真",
        "video": "動画",
        "audio": "音声",
        "file": "ファイル",
        "location": "位置情報",
    },
    "easy": {
        "classes_found": "スマホ教室（きょうしつ）が {count}件（けん） あります。",
        "classes_next": "その 教室（きょうしつ）は ありませんでした。\nつぎの 教室は 下（した）に あります。\n"
        "くわしい ことは、{counter}に きいて ください。",
        "open_now": "今（いま） あいて います。{time}まで です。",
        "closed_now": "今（いま） しまって います。\n次（つぎ）は {when}から です。",
        "today": "今日（きょう） ",
        "ask": "どれを 知（し）りたいですか？ えらんで ください。",
        "fallback": "ごめんなさい。その 答（こた）えは まだ ありません。\n{counter}に きいて ください。",
        "elsewhere": "「{matter}」の ことは、ここでは 答（こた）えられません。\n{counter}に きいて ください。",
        "style_set": "わかりました。\n次（つぎ）から やさしい 日本語（にほんご）で 答（こた）えます。\n"
        "もどす ときは 「日本語」と 送（おく）って ください。",
        "solved": "わかりました",
        "not_solved": "わかりません",
    },
    **FOREIGN,
}


def phrase(name: str, language: str = "ja", /, **values: str) -> str:
    """The sentence `name` in `language`, in Japanese where it is not written in that language.

    Raises KeyError for a name that does not exist.
    """
    text = _PHRASES.get(language, {}).get(name) or _PHRASES["ja"][name]
    return text.format(**values) if values else text
