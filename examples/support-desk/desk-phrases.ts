/** What the simulated model says, in each language that it answers in. */
export interface Phrases {
  readonly english: string;
  readonly hello: (name: string) => string;
  readonly thanks: (order: string | null) => string;
  readonly steps: {
    readonly delivery: string;
    readonly money: string;
    readonly defect: string;
    readonly other: string;
  };
  readonly bye: string;
}

const about = (words: string, order: string | null): string =>
  order === null ? "" : ` ${words} ${order}`;

/** By ISO 639-1 code. */
export const phrases = {
  en: {
    english: "English",
    hello: (name) => `Dear ${name},`,
    thanks: (order) => `thank you for your message${about("about order", order)}.`,
    steps: {
      delivery:
        "We have asked the carrier where it is and will write to you again by tomorrow noon.",
      money:
        "We are checking the payment; whatever was charged too much is refunded within five days.",
      defect: "We are sorry about that, and are sending you a replacement today.",
      other: "A colleague will answer you by tomorrow noon.",
    },
    bye: "Kind regards, your support desk",
  },
  de: {
    english: "German",
    hello: (name) => `Guten Tag ${name},`,
    thanks: (order) => `vielen Dank für Ihre Nachricht${about("zur Bestellung", order)}.`,
    steps: {
      delivery: "Wir haben beim Paketdienst nachgefragt und melden uns bis morgen Mittag.",
      money: "Wir prüfen die Zahlung; was zu viel berechnet wurde, erstatten wir in fünf Tagen.",
      defect: "Das tut uns leid, wir schicken Ihnen noch heute Ersatz.",
      other: "Eine Kollegin antwortet Ihnen bis morgen Mittag.",
    },
    bye: "Mit freundlichen Grüßen, Ihr Kundendienst",
  },
  fr: {
    english: "French",
    hello: (name) => `Bonjour ${name},`,
    thanks: (order) => `merci pour votre message${about("au sujet de la commande", order)}.`,
    steps: {
      delivery: "Nous avons interrogé le transporteur et vous écrirons avant demain midi.",
      money: "Nous vérifions le paiement ; tout trop-perçu est remboursé sous cinq jours.",
      defect: "Nous en sommes désolés et vous envoyons un remplacement aujourd'hui.",
      other: "Une collègue vous répondra avant demain midi.",
    },
    bye: "Bien cordialement, votre service client",
  },
  es: {
    english: "Spanish",
    hello: (name) => `Hola, ${name}:`,
    thanks: (order) => `gracias por su mensaje${about("sobre el pedido", order)}.`,
    steps: {
      delivery: "Hemos preguntado al transportista y le escribiremos antes de mañana al mediodía.",
      money: "Estamos revisando el pago; lo cobrado de más se devuelve en cinco días.",
      defect: "Lo sentimos mucho; hoy mismo le enviamos un recambio.",
      other: "Una compañera le responderá antes de mañana al mediodía.",
    },
    bye: "Un saludo, su servicio de atención al cliente",
  },
  it: {
    english: "Italian",
    hello: (name) => `Buongiorno ${name},`,
    thanks: (order) => `grazie per il suo messaggio${about("sull'ordine", order)}.`,
    steps: {
      delivery: "Abbiamo chiesto al corriere e le scriveremo entro domani a mezzogiorno.",
      money:
        "Stiamo verificando il pagamento; quanto addebitato in più è rimborsato in cinque giorni.",
      defect: "Ci dispiace; oggi stesso le spediamo un sostituto.",
      other: "Una collega le risponderà entro domani a mezzogiorno.",
    },
    bye: "Cordiali saluti, il servizio clienti",
  },
  pt: {
    english: "Portuguese",
    hello: (name) => `Olá, ${name},`,
    thanks: (order) => `obrigado pela sua mensagem${about("sobre a encomenda", order)}.`,
    steps: {
      delivery: "Perguntámos à transportadora e escrevemos-lhe até amanhã ao meio-dia.",
      money: "Estamos a verificar o pagamento; o que foi cobrado a mais é devolvido em cinco dias.",
      defect: "Lamentamos; enviamos-lhe hoje um artigo novo.",
      other: "Uma colega responde-lhe até amanhã ao meio-dia.",
    },
    bye: "Com os melhores cumprimentos, o apoio ao cliente",
  },
  nl: {
    english: "Dutch",
    hello: (name) => `Beste ${name},`,
    thanks: (order) => `bedankt voor uw bericht${about("over bestelling", order)}.`,
    steps: {
      delivery: "We hebben de bezorger gevraagd en schrijven u vóór morgenmiddag.",
      money: "We controleren de betaling; wat te veel is betaald krijgt u binnen vijf dagen terug.",
      defect: "Dat spijt ons; we sturen u vandaag nog een nieuwe.",
      other: "Een collega antwoordt u vóór morgenmiddag.",
    },
    bye: "Met vriendelijke groet, uw klantenservice",
  },
  pl: {
    english: "Polish",
    hello: (name) => `Dzień dobry, ${name},`,
    thanks: (order) => `dziękujemy za wiadomość${about("w sprawie zamówienia", order)}.`,
    steps: {
      delivery: "Zapytaliśmy przewoźnika i napiszemy do jutra do południa.",
      money: "Sprawdzamy płatność; nadpłatę zwrócimy w ciągu pięciu dni.",
      defect: "Bardzo nam przykro, jeszcze dziś wyślemy nowy egzemplarz.",
      other: "Koleżanka odpowie do jutra do południa.",
    },
    bye: "Z poważaniem, dział obsługi klienta",
  },
  sv: {
    english: "Swedish",
    hello: (name) => `Hej ${name},`,
    thanks: (order) => `tack för ditt meddelande${about("om order", order)}.`,
    steps: {
      delivery: "Vi har frågat transportören och skriver till dig senast i morgon kl. 12.",
      money: "Vi kontrollerar betalningen; det som är för mycket betalas tillbaka inom fem dagar.",
      defect: "Vi beklagar och skickar en ny redan i dag.",
      other: "En kollega svarar dig senast i morgon kl. 12.",
    },
    bye: "Vänliga hälsningar, kundtjänst",
  },
  ru: {
    english: "Russian",
    hello: (name) => `Здравствуйте, ${name}!`,
    thanks: (order) => `Спасибо за ваше сообщение${about("о заказе", order)}.`,
    steps: {
      delivery: "Мы спросили службу доставки и напишем вам завтра до полудня.",
      money: "Мы проверяем платёж; лишнее вернём в течение пяти дней.",
      defect: "Нам очень жаль, сегодня же отправим вам замену.",
      other: "Коллега ответит вам завтра до полудня.",
    },
    bye: "С уважением, служба поддержки",
  },
  ja: {
    english: "Japanese",
    hello: (name) => `${name} 様`,
    thanks: (order) =>
      `お問い合わせありがとうございます。${order === null ? "" : `ご注文番号は${order}ですね。`}`,
    steps: {
      delivery: "配送会社に確認のうえ、明日の正午までにご連絡いたします。",
      money: "お支払いを確認し、過払い分は五日以内に返金いたします。",
      defect: "ご不便をおかけして申し訳ございません。本日、代わりの品をお送りいたします。",
      other: "担当者より明日の正午までにご返信いたします。",
    },
    bye: "カスタマーサポート",
  },
} satisfies Record<string, Phrases>;

export type Language = keyof typeof phrases;
