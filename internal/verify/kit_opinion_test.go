package verify

func (b *book) opinion() {}
