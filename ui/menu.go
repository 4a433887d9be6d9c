package ui

func (w *Window) setMenu() {}

func (w *Window) watchKeys() {}
