"""The sentences that the service itself says. A person wrote each of them; none is put together from words."""

from __future__ import annotations

from collections.abc import Mapping

_PHRASES: Mapping[str, Mapping[str, str]] = {
    "ja": {
        "source": "出典",
        "as_of": "{date}時点",
        "ask": "どれについて知りたいですか？\n近いものを選んでください。",
        "none_of_these": "この中にない",
        "fallback": "申し訳ありません。その質問の答えは、まだ用意していません。\n{counter}でご案内します。",
        "fallback_recorded": "いただいた質問は、個人の情報を消してから職員が確認します。",
        "elsewhere": "「{matter}」のことは、ここでは答えられません。\n{counter}に聞いてください。",
        "elsewhere_nobody": "「{matter}」には、ここでは答えられません。\n"
        "マイナンバーカード・オンライン手続・スマホ教室のことを聞いてください。",
        "not_among": "近い答えがなく、申し訳ありません。\n{counter}でご案内します。",
        "counter_only": "{counter}でご案内します。",
        "call": "{name}に電話",
        "website": "市のホームページ",
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
        "sticker": "スタンプ",
        "image": "写真",
        "video": "動画",
        "audio": "音声",
        "file": "ファイル",
        "location": "位置情報",
    },
    "easy": {
        "ask": "どれを 知（し）りたいですか？ えらんで ください。",
        "fallback": "ごめんなさい。その 答（こた）えは まだ ありません。\n{counter}に きいて ください。",
        "style_set": "わかりました。\n次（つぎ）から やさしい 日本語（にほんご）で 答（こた）えます。\n"
        "もどす ときは 「日本語」と 送（おく）って ください。",
        "solved": "わかりました",
        "not_solved": "わかりません",
    },
    "en": {
        "source": "Source",
        "as_of": "as of {date}",
        "ask": "Which of these do you mean?",
        "none_of_these": "None of these",
        "fallback": "Sorry, there is no answer to that yet.\nPlease ask {counter}.",
        "fallback_recorded": "Staff will read your question after personal details are removed.",
        "style_set": "OK. From now on, answers are shown in English where they are written.\n"
        "Send 日本語 to go back to Japanese.",
        "solved": "This helped",
        "not_solved": "Not solved",
        "human": "Talk to a person",
        "menu": "What can I ask?",
        "japanese_only": "This answer is written only in Japanese. You can also call {tel} (English).",
    },
    "zh": {
        "source": "来源",
        "as_of": "截至{date}",
        "ask": "您想了解哪一项？请选择。",
        "none_of_these": "都不是",
        "fallback": "对不起，目前还没有这个问题的答案。\n请咨询{counter}。",
        "fallback_recorded": "您的问题去除个人信息后，会由工作人员查看。",
        "japanese_only": "这个回答只有日语。也可以打电话咨询：{tel}（中文）。",
        "solved": "已解决",
        "not_solved": "未解决",
        "human": "咨询工作人员",
        "menu": "可以问什么",
    },
    "ko": {
        "source": "출처",
        "as_of": "{date} 기준",
        "ask": "어느 것을 알고 싶으세요? 골라 주세요.",
        "none_of_these": "이 중에 없음",
        "fallback": "죄송합니다. 아직 그 질문의 답이 없습니다.\n{counter}에 문의해 주세요.",
        "fallback_recorded": "질문은 개인정보를 지운 뒤 직원이 확인합니다.",
        "japanese_only": "이 답변은 일본어로만 있습니다. 전화로도 물어볼 수 있습니다: {tel} (한국어).",
        "solved": "해결됨",
        "not_solved": "해결 안 됨",
        "human": "직원에게 상담",
        "menu": "무엇을 물어볼까요",
    },
    "pt": {
        "source": "Fonte",
        "as_of": "em {date}",
        "ask": "Qual destes assuntos você quer saber?",
        "none_of_these": "Nenhum destes",
        "fallback": "Desculpe, ainda não há resposta para isso.\nPergunte em {counter}.",
        "fallback_recorded": "A pergunta será vista por funcionários, sem dados pessoais.",
        "japanese_only": "Esta resposta está só em japonês. Você também pode ligar para {tel} (português).",
        "solved": "Resolvido",
        "not_solved": "Não resolvido",
        "human": "Falar com alguém",
        "menu": "O que posso perguntar",
    },
    "vi": {
        "source": "Nguồn",
        "ask": "Bạn muốn biết điều nào? Hãy chọn.",
        "none_of_these": "Không có ở đây",
        "fallback": "Xin lỗi, chưa có câu trả lời cho câu hỏi này.\nHãy hỏi {counter}.",
        "fallback_recorded": "Nhân viên sẽ xem câu hỏi sau khi xóa thông tin cá nhân.",
        "japanese_only": "Câu trả lời này chỉ có tiếng Nhật. Hãy hỏi ở quầy của thành phố.",
        "solved": "Đã hiểu",
        "not_solved": "Chưa giải quyết",
    },
    "tl": {
        "source": "Pinagmulan",
        "ask": "Alin dito ang gusto mong malaman?",
        "none_of_these": "Wala rito",
        "fallback": "Paumanhin, wala pang sagot sa tanong na iyan.\nMagtanong sa {counter}.",
        "japanese_only": "Ang sagot na ito ay sa wikang Hapon lang. Magtanong sa counter ng lungsod.",
        "solved": "Nalutas",
        "not_solved": "Hindi nalutas",
    },
    "ne": {
        "source": "स्रोत",
        "ask": "तपाईं कुन कुरा जान्न चाहनुहुन्छ? छान्नुहोस्।",
        "none_of_these": "यीमध्ये छैन",
        "fallback": "माफ गर्नुहोस्, यो प्रश्नको उत्तर अझै छैन।\n{counter} मा सोध्नुहोस्।",
        "japanese_only": "यो उत्तर जापानी भाषामा मात्र छ। शहरको काउन्टरमा सोध्नुहोस्।",
        "solved": "बुझें",
        "not_solved": "समाधान भएन",
    },
}


def phrase(name: str, language: str = "ja", /, **values: str) -> str:
    """The sentence `name` in `language`, in Japanese where it is not written in that language.

    Raises KeyError for a name that does not exist.
    """
    text = _PHRASES.get(language, {}).get(name) or _PHRASES["ja"][name]
    return text.format(**values) if values else text
