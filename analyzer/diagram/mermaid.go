package diagram

func (p *Picture) Mermaid() string { return "" }
