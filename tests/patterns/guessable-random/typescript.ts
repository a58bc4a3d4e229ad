// finds below
const token = Math.random().toString(36);
const token2 = crypto.randomUUID();
const angle = Math.random() * 360;
