package headway

import (
	"strings"

	headwayv1 "headway.io/headway/gen/go/headway/v1"
)

// System makes a message with instructions to the model.
func System(text string) *headwayv1.Message {
	return textMessage(headwayv1.Role_ROLE_SYSTEM, text)
}

// User makes a message of the user.
func User(text string) *headwayv1.Message {
	return textMessage(headwayv1.Role_ROLE_USER, text)
}

// Assistant makes a message of the model.
func Assistant(text string) *headwayv1.Message {
	return textMessage(headwayv1.Role_ROLE_ASSISTANT, text)
}

// TextOf joins the texts of a message. Empty when there is none, as in an answer that only calls tools.
func TextOf(message *headwayv1.Message) string {
	var text strings.Builder
	for _, part := range message.GetParts() {
		text.WriteString(part.GetText())
	}
	return text.String()
}

func textMessage(role headwayv1.Role, text string) *headwayv1.Message {
	part := &headwayv1.Part{Part: &headwayv1.Part_Text{Text: text}}
	return &headwayv1.Message{Role: role, Parts: []*headwayv1.Part{part}}
}
