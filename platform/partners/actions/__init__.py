"""Everything that people and the clock do with partners: companies, their people and papers, self-inspections."""

from partners.actions.companies import add_company as add_company
from partners.actions.companies import change_company as change_company
from partners.actions.companies import change_standing as change_standing
from partners.actions.companies import invite as invite
from partners.actions.companies import join as join
from partners.actions.corrections import correct_at_partner as correct_at_partner
from partners.actions.corrections import report_from_portal as report_from_portal
from partners.actions.documents import check_document as check_document
from partners.actions.documents import decline_document as decline_document
from partners.actions.documents import file_document as file_document
from partners.actions.documents import follow_document as follow_document
from partners.actions.filling import add_file as add_file
from partners.actions.filling import add_photos as add_photos
from partners.actions.filling import answer as answer
from partners.actions.filling import drop_file as drop_file
from partners.actions.filling import drop_photo as drop_photo
from partners.actions.filling import rated as rated
from partners.actions.filling import submit_report as submit_report
from partners.actions.opening import follow_period as follow_period
from partners.actions.opening import open_report as open_report
from partners.actions.opening import remind_report as remind_report
from partners.actions.opening import tell_late as tell_late
from partners.actions.reviewing import accept_report as accept_report
from partners.actions.reviewing import draw_reports as draw_reports
from partners.actions.reviewing import note_spot_check as note_spot_check
from partners.actions.reviewing import return_report as return_report
